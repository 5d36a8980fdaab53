"""The keys of a record in ODM: whose it is, at which visit, on which form, in which repeat, and who entered it."""

from __future__ import annotations

# As they stand in the elements around a record, and in it.
STORED = (
    "StudyOID", "MetaDataVersionOID", "SubjectKey", "SiteOID", "InvestigatorOID", "StudyEventOID", "StudyEventRepeatKey", "FormOID",
    "FormRepeatKey", "ItemGroupOID", "ItemGroupRepeatKey", "TransactionType",
)  # fmt: skip
AUDIT = ("AuditUserOID", "AuditLocationOID", "AuditDateTimeStamp", "AuditReasonForChange", "AuditSourceID")
# Said by the definitions: names, and the event's name with its repeat key behind it where the event repeats ('Unscheduled 2').
NAMED = ("StudyEventName", "StudyEventInstance", "FormName", "ItemGroupName")
KEYS = (*STORED, *NAMED, *AUDIT)
# The columns where nobody says which.
USUAL = (
    "SubjectKey", "SiteOID", "StudyEventOID", "StudyEventName", "StudyEventRepeatKey", "FormOID", "FormRepeatKey", "ItemGroupOID",
    "ItemGroupRepeatKey",
)  # fmt: skip
# What tells one form that was filled in from another; with ItemGroupRepeatKey, one record of an item group from another.
FORM_IDENTITY = ("StudyOID", "SubjectKey", "StudyEventOID", "StudyEventRepeatKey", "FormOID", "FormRepeatKey")
