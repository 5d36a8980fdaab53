"""clintrail: from one spec to SDTM, ADaM, XPT, define.xml and a trail from every analysed number to the case report form."""

from clintrail.spec.hooks import hook

__version__ = "0.1.0"
__all__ = ["hook"]
