"""ODM-XML, as systems of electronic data capture export it: clinical data with their metadata, read form by form."""

from clintrail.transport.raw.odm.keys import KEYS
from clintrail.transport.raw.odm.read import OdmOptions, odm_forms, read_odm_forms, read_raw_odm

__all__ = ["KEYS", "OdmOptions", "odm_forms", "read_odm_forms", "read_raw_odm"]
