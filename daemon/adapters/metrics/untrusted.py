"""Reads what an account says of its keys, without believing it."""

import logging

from daemon.core.metrics import SERIES_LIMIT, Sample, parse_samples

log = logging.getLogger(__name__)

OUTPUT_LIMIT = 1024 * 1024  # bytes: `SERIES_LIMIT` of them, with labels of usual length


def samples_of(answer: bytes, account: str, *, with_names: bool) -> list[Sample]:
    """Return the series of an answer, as those of `account`."""
    written = answer.decode("utf-8", "replace")
    own = list(dict.fromkeys(parse_samples(written, account, with_names=with_names)))
    if len(own) > SERIES_LIMIT:
        log.warning("The account %s has %s metrics, of which %s are written", account, len(own), SERIES_LIMIT)
    return own[:SERIES_LIMIT]
