"""Finds the recall that ends a certificate before its own end."""

from config.instants import Instant, instant
from config.settings import Procedure, Recall
from daemon.core.expiry import INSTANT, earlier
from daemon.core.issuers import rule_fits
from daemon.core.model import Certificate


def recall_of(certificate: Certificate, procedure: Procedure | None) -> Recall | None:
    """Return the first recall that means a certificate.

    None as well where the certificate ends before it.
    """
    end = certificate.not_after
    if procedure is None or end is None:
        return None
    hit = (recall for recall in procedure.recalls if recall.moment <= end and _means(recall, certificate))
    return min(hit, key=lambda recall: recall.moment, default=None)


def last_moment(recall: Recall) -> Instant:
    """Return the last moment at which its certificates are accepted."""
    return instant(earlier(recall.moment, INSTANT))


def _means(recall: Recall, certificate: Certificate) -> bool:
    """Return whether every condition of a recall fits.

    What is not known of a certificate fits none.
    """
    bits, begin = certificate.key_bits, certificate.not_before
    return (
        (recall.issuer is None or rule_fits(recall.issuer, certificate))
        and (recall.key_bits_below is None or (bits is not None and bits < recall.key_bits_below))
        and (recall.begun_before is None or (begin is not None and begin < recall.begun_before))
    )
