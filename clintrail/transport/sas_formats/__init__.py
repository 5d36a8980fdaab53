"""SAS formats: which there are, and values as they show them or as ISO 8601 has them. Source: SAS Formats and Informats: Reference."""

from clintrail.transport.sas_formats.iso import iso_text
from clintrail.transport.sas_formats.names import is_of_sas
from clintrail.transport.sas_formats.show import shown

__all__ = ["is_of_sas", "iso_text", "shown"]
