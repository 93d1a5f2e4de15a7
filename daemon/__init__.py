"""The watchman: a pure core, the ports it speaks through, and the adapters behind them."""
