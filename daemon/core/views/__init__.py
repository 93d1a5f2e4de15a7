"""The frozen results of the rules: tray, report and guide."""
