"""Notable cases of the melasma study, drawn as the tables they must become. S009 and the like are USUBJID without the study's part."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

RAW = Path(__file__).resolve().parents[3] / "specs" / "melasma" / "raw"


def raw(form, subject):
    with (RAW / f"{form}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["SUBJECT"] == subject]


# -- subjects ------------------------------------------------------------------------------------------------------------------


def test_a_woman_screened_again_is_one_subject_with_her_second_screening(shows):
    shows("dm", """
        USUBJID | SUBJID | RFICDTC    | RFXSTDTC         | RFPENDTC   | ARMCD  | ARMNRS
        S009    | S024   | 2025-07-22 | 2025-09-06T13:45 | 2026-02-24 | MSCINJ |
        """, USUBJID="S009")
    shows("dm", "USUBJID", USUBJID="S024")
    shows("suppdm", """
        QNAM     | QLABEL                    | QVAL | QORIG
        PREVSUBJ | Previous Screening Number | S009 | CRF
        """, QNAM="PREVSUBJ")
    shows("ds", """
        DSSEQ | DSDECOD                   | DSCAT              | EPOCH     | DSSTDTC          | DSSTDY
        1     | INFORMED CONSENT OBTAINED | PROTOCOL MILESTONE |           | 2025-07-22       | -46
        2     | SCREEN FAILURE            | DISPOSITION EVENT  | SCREENING | 2025-07-22       | -46
        3     | INFORMED CONSENT OBTAINED | PROTOCOL MILESTONE |           | 2025-08-27       | -10
        4     | RANDOMIZED                | PROTOCOL MILESTONE |           | 2025-09-06T08:10 | 1
        5     | COMPLETED                 | DISPOSITION EVENT  | FOLLOW-UP | 2026-02-24       | 172
        """, USUBJID="S009")


def test_a_second_screening_is_an_element_of_its_own(shows):
    shows("se", """
        SESEQ | ETCD    | TAETORD | EPOCH     | SESTDTC          | SEENDTC          | SESTDY | SEENDY
        1     | SCRN    | 1       | SCREENING | 2025-07-22       | 2025-07-22       | -46    | -46
        2     | SCRN    | 1       | SCREENING | 2025-08-27       | 2025-09-06T13:45 | -10    | 1
        3     | INJLASR | 2       | TREATMENT | 2025-09-06T13:45 | 2025-12-03       | 1      | 89
        4     | FU      | 3       | FOLLOW-UP | 2025-12-03       | 2026-02-24       | 89     | 172
        """, USUBJID="S009")


def test_screen_failures_have_no_arm_but_a_reason_and_are_not_in_adsl(shows, built):
    shows("dm", """
        USUBJID | ARMCD | ARM | ACTARMCD | ARMNRS         | RFSTDTC | RFENDTC | RFPENDTC
        S004    |       |     |          | SCREEN FAILURE |         |         | 2025-07-12
        S012    |       |     |          | SCREEN FAILURE |         |         | 2025-07-29
        S017    |       |     |          | SCREEN FAILURE |         |         | 2025-08-09
        S022    |       |     |          | SCREEN FAILURE |         |         | 2025-08-22
        S028    |       |     |          | SCREEN FAILURE |         |         | 2025-09-07
        S033    |       |     |          | SCREEN FAILURE |         |         | 2025-09-16
        """, ARMNRS="SCREEN FAILURE")
    shows("ds", """
        DSSEQ | DSDECOD                   | DSSTDTC          | DSSTDY
        1     | INFORMED CONSENT OBTAINED | 2025-07-12T08:55 |
        2     | SCREEN FAILURE            | 2025-07-12       |
        """, USUBJID="S004")
    shows("ie", """
        USUBJID | IETESTCD | IECAT     | IEORRES | VISIT
        S017    | EXCL05   | EXCLUSION | Y       | SCREENING
        S017    | INCL01   | INCLUSION | N       | SCREENING
        """, USUBJID="S017")
    failures = built("dm").query("ARMNRS == 'SCREEN FAILURE'").USUBJID
    assert set(built("dm").USUBJID) - set(built("adsl").USUBJID) == set(failures)


def test_subjects_who_left_are_treated_to_their_last_session_and_out_of_the_per_protocol_set(shows):
    shows("adsl", """
        USUBJID | TRTEDT     | EOSSTT       | EOSDT      | DCSREAS               | DCSREASP                   | SAFFL | FASFL | PPROTFL
        S007    | 2025-08-21 | COMPLETED    | 2026-01-09 |                       |                            | Y     | Y     | N
        S015    | 2025-10-06 | DISCONTINUED | 2025-10-18 | WITHDRAWAL BY SUBJECT | MOVES TO ANOTHER CITY      | Y     | Y     | N
        S026    | 2025-10-09 | DISCONTINUED | 2025-12-18 | LOST TO FOLLOW-UP     | THREE CALLS WITHOUT ANSWER | Y     | Y     | N
        """, PPROTFL="N")
    shows("se", """
        ETCD   | EPOCH     | SESTDTC          | SEENDTC
        SCRN   | SCREENING | 2025-08-04       | 2025-08-14T09:13
        IVINJL | TREATMENT | 2025-08-14T09:13 | 2025-10-18
        """, USUBJID="S015")


def test_a_day_of_birth_that_is_unknown_stays_unknown(shows):
    shows("dm", """
        USUBJID | BRTHDTC | AGE | AGEU
        S012    | 1973    | 52  | YEARS
        S019    | 1974    | 51  | YEARS
        """, USUBJID=("S012", "S019"))


# -- visits and treatment ------------------------------------------------------------------------------------------------------


def test_a_missed_visit_did_not_occur_and_says_why(shows):
    shows("sv", """
        VISITNUM | VISIT     | SVPRESP | SVOCCUR | SVREASOC          | SVCNTMOD  | SVSTDTC    | SVSTDY
        1        | SCREENING | Y       | Y       |                   | IN PERSON | 2025-07-18 | -8
        2        | BASELINE  | Y       | Y       |                   | IN PERSON | 2025-07-26 | 1
        3        | WEEK 4    | Y       | Y       |                   | IN PERSON | 2025-08-21 | 27
        4        | WEEK 8    | Y       | N       | SUBJECT TRAVELLED |           |            |
        5        | WEEK 12   | Y       | Y       |                   | IN PERSON | 2025-10-18 | 85
        6        | WEEK 24   | Y       | Y       |                   | IN PERSON | 2026-01-09 | 168
        """, USUBJID="S007")


def test_visits_that_were_not_planned_have_numbers_between_and_no_planned_day(shows):
    shows("sv", """
        USUBJID | VISITNUM | VISIT           | VISITDY | SVPRESP | SVOCCUR | SVSTDTC    | SVUPDES
        S009    | 1.1      | RE-SCREENING    |         |         |         | 2025-08-27 | Screened again
        S019    | 3.1      | UNSCHEDULED 3.1 |         |         |         | 2025-09-23 | Unscheduled
        """, VISITNUM=(1.1, 3.1))


def test_the_three_kinds_of_session_and_an_infusion_that_was_interrupted(shows):
    shows("ex", """
        EXCAT                 | EXDOSE | EXDOSU                 | EXROUTE        | EXADJ         | EXSTDTC          | EXENDTC
        INTRAVENOUS INFUSION  | 26     | 10^6 Therapeutic Cells | INTRAVENOUS    | ADVERSE EVENT | 2025-08-31T09:10 | 2025-08-31T10:28
        MULTI-POINT INJECTION | 10     | 10^6 Therapeutic Cells | INTRADERMAL    |               | 2025-08-31T13:25 | 2025-08-31T13:25
        LASER SESSION         | 0.4    | J/cm2                  | NOT APPLICABLE |               | 2025-08-31T14:50 | 2025-08-31T14:50
        """, USUBJID="S023", EXSTDY=1)
    shows("suppex", """
        IDVARVAL | QNAM     | QVAL | QORIG
        2        | EXPOINTS | 51   | CRF
        3        | EXPASSES | 3    | CRF
        """, USUBJID="S023", IDVARVAL=("1", "2", "3"))


# -- findings ------------------------------------------------------------------------------------------------------------------


def test_fahrenheit_and_metres_become_standard_units(shows):
    shows("vs", """
        USUBJID | VSTESTCD | VSORRES | VSORRESU | VSSTRESC | VSSTRESN | VSSTRESU
        S008    | HEIGHT   | 1.60    | m        | 160      | 160      | cm
        S014    | TEMP     | 97.8    | F        | 36.6     | 36.6     | C
        """, VSORRESU=("m", "F"))


def test_the_last_weight_before_exposure_is_the_one_before_the_infusion_began(shows):
    shows("vs", """
        USUBJID | VISIT     | VSDTC            | VSSTRESN | VSLOBXFL | EPOCH
        S001    | SCREENING | 2025-07-01       | 62.6     |          | SCREENING
        S001    | BASELINE  | 2025-07-11       | 61.7     | Y        | SCREENING
        S002    | SCREENING | 2025-07-05T09:50 | 54.9     | Y        | SCREENING
        S002    | BASELINE  | 2025-07-15T09:55 | 54.4     |          | TREATMENT
        """, USUBJID=("S001", "S002"), VSTESTCD="WEIGHT", VISITNUM=(1, 2))
    shows("adsl", "USUBJID|WEIGHTBL|HEIGHTBL|BMIBL\nS001|61.7|159|24.4\nS002|54.9|163|20.7", USUBJID=("S001", "S002"))


def test_a_score_that_is_missing_was_not_done(shows):
    shows("rs", """
        USUBJID | RSTESTCD | RSORRES | RSSTRESN | RSSTAT   | RSEVAL       | RSEVALID | VISIT
        S027    | CHHOMO   |         |          | NOT DONE | INVESTIGATOR | RATER 1  | WEEK 8
        """, RSSTAT="NOT DONE")


# -- adverse events ------------------------------------------------------------------------------------------------------------


def test_a_record_exported_twice_is_one_record(shows):
    assert [row["AENO"] for row in raw("ae", "S005")] == ["1", "2", "2", "3", "4"]
    shows("ae", """
        AESEQ | AESPID | AETERM          | AESTDTC          | AEENDTC
        1     | 1      | ERYTHEMA        | 2025-07-20       | 2025-07-24
        2     | 2      | NASOPHARYNGITIS | 2025-08-09T18:15 | 2025-08-15
        3     | 3      | SWELLING FACE   | 2025-08-19T16:35 | 2025-08-20
        4     | 4      | NASOPHARYNGITIS | 2025-10-30       | 2025-11-05
        """, USUBJID="S005")


def test_dates_in_the_wrong_order_stay_as_collected_and_have_no_duration(shows):
    shows("adae", """
        AESEQ | AESTDTC          | AEENDTC    | ASTDY | AENDY | ADURN | ADURU | TRTEMFL
        1     | 2025-09-08T19:05 | 2025-08-11 | 30    | 2     |       |       | Y
        2     | 2025-09-18       | 2025-09-25 | 40    | 47    | 8     | DAYS  | Y
        """, USUBJID="S013")


def test_an_event_before_treatment_is_not_emergent(shows):
    shows("adae", """
        AESEQ | AEDECOD  | ASTDT      | ASTDY | TRTSDT     | TRTEMFL | PREFL | AOCCFL | AOCCSFL | AOCCPFL | AOCCIFL
        1     | Headache | 2025-07-11 | -2    | 2025-07-13 |         | Y     |        |         |         |
        2     | Erythema | 2025-08-10 | 29    | 2025-07-13 | Y       |       | Y      | Y       | Y       | Y
        """, USUBJID="S003")


def test_partial_dates_are_completed_between_treatment_and_end_of_study(shows):
    shows("ae", """
        USUBJID | AESTDTC | AEENDTC | AESTDY | AEENDY | EPOCH
        S021    | 2025    | 2025    |        |        |
        S032    | 2026-03 | 2026-03 |        |        |
        """, AESTDTC=("2025", "2026-03"))
    shows("adae", """
        USUBJID | TRTSDT     | ASTDT      | ASTDTF | AENDT      | AENDTF | ADURN | TRTEMFL
        S021    | 2025-08-22 | 2025-08-22 | M      | 2025-12-31 | M      |       | Y
        S032    | 2025-09-23 | 2026-03-01 | D      | 2026-03-09 | D      |       | Y
        """, AESTDTC=("2025", "2026-03"))


def test_a_serious_event_and_one_that_goes_on(shows):
    shows("ae", """
        USUBJID | AEDECOD                | AESER | AESHOSP | AESDTH | AEOUT                      | AEENDTC    | AEENRTPT | AEENTPT
        S011    | Appendicitis           | Y     | Y       | N      | RECOVERED/RESOLVED         | 2025-09-21 |          |
        S019    | Skin hyperpigmentation | N     | N       | N      | NOT RECOVERED/NOT RESOLVED |            | ONGOING  | 2026-01-31
        """, AEDECOD=("Appendicitis", "Skin hyperpigmentation"))
    shows("adae", """
        AESEQ | AEDECOD         | AESER | ASEVN | AOCCFL | AOCCIFL | AOCC01FL
        1     | Erythema        | N     | 1     | Y      |         |
        2     | Appendicitis    | Y     | 3     |        | Y       | Y
        3     | Nasopharyngitis | N     | 1     |        |         |
        """, USUBJID="S011")


def test_a_description_of_over_200_characters_goes_on_in_a_second_record_and_keeps_its_accents(shows, built):
    shows("suppae", """
        RDOMAIN | USUBJID | IDVAR | IDVARVAL | QNAM    | QLABEL                     | QORIG
        AE      | S011    | AESEQ | 2        | AEDESC  | Description of the Event   | CRF
        AE      | S011    | AESEQ | 2        | AEDESC1 | Description of the Event 1 | CRF
        """)
    pieces = list(built("suppae").QVAL)
    assert " ".join(pieces) == raw("ae", "S011")[1]["AEDESC"]
    assert max(len(piece.encode()) for piece in pieces) <= 200
    assert "Café Liège" in pieces[0] and "38.4 °C" in pieces[0]


def test_medications_are_related_to_the_events_they_treated(shows, built):
    pairs = {}
    for row in built("relrec").itertuples():
        pairs.setdefault((row.USUBJID, row.RELID), {})[row.RDOMAIN] = float(row.IDVARVAL)
    event = {(row.USUBJID, row.AESEQ): row.AEDECOD.upper() for row in built("ae").itertuples()}
    reason = {(row.USUBJID, row.CMSEQ): row.CMINDC for row in built("cm").itertuples()}
    assert len(pairs) == 15
    for (subject, _), pair in pairs.items():
        assert event[subject, pair["AE"]] == reason[subject, pair["CM"]]
    treated = {key for key, row in zip(reason, built("cm").itertuples(), strict=True) if row.CMCAT == "TREATMENT OF AN ADVERSE EVENT"}
    assert {(subject, pair["CM"]) for (subject, _), pair in pairs.items()} == treated
    shows("relrec", """
        RDOMAIN | IDVAR | IDVARVAL | RELTYPE | RELID
        AE      | AESEQ | 2        |         | AECM2
        CM      | CMSEQ | 3        |         | AECM2
        """, USUBJID="S011")


# -- analysis ------------------------------------------------------------------------------------------------------------------


def test_the_record_closest_to_the_target_stands_for_the_window(shows):
    shows("admasi", """
        VISIT           | ADY | AVISIT   | AWRANGE | AWTARGET | AWTDIFF | AVAL | BASE | CHG   | ABLFL | ANL01FL
        SCREENING       | -6  | Baseline | <=1     | 1        | 6       | 24.2 | 24.2 |       |       |
        BASELINE        | 1   | Baseline | <=1     | 1        | 0       | 24.2 | 24.2 |       | Y     | Y
        WEEK 4          | 27  | Week 4   | 2-42    | 29       | 2       | 23.7 | 24.2 | -0.5  |       | Y
        UNSCHEDULED 3.1 | 36  | Week 4   | 2-42    | 29       | 7       | 24.2 | 24.2 | 0     |       |
        WEEK 8          | 54  | Week 8   | 43-70   | 57       | 3       | 17.4 | 24.2 | -6.8  |       | Y
        WEEK 12         | 89  | Week 12  | 71-126  | 85       | 4       | 15.6 | 24.2 | -8.6  |       | Y
        WEEK 24         | 166 | Week 24  | >126    | 169      | 3       | 14.1 | 24.2 | -10.1 |       | Y
        """, USUBJID="S019", PARAMCD="MASITOT")


def test_the_last_total_is_carried_into_windows_without_one(shows):
    shows("admasi", """
        USUBJID | PARAMCD  | AVISIT  | VISIT  | ADT        | ADY | AVAL | CHG  | CRIT1FL | CRIT2FL | DTYPE
        S007    | MASITOT  | Week 8  | WEEK 4 | 2025-08-21 | 27  | 17   | 0    | N       | N       | LOCF
        S015    | MASITOT  | Week 12 | WEEK 8 | 2025-10-06 | 54  | 7.3  | -9.4 | Y       | N       | LOCF
        S015    | MASITOT  | Week 24 | WEEK 8 | 2025-10-06 | 54  | 7.3  | -9.4 | Y       | N       | LOCF
        S027    | MASITOT  | Week 8  | WEEK 4 | 2025-10-08 | 29  | 9.8  | 0    | N       | N       | LOCF
        """, USUBJID=("S007", "S015", "S027"), PARAMCD="MASITOT", DTYPE="LOCF")
    shows("admasi", "AVISIT", USUBJID="S027", PARAMCD="MMASITOT", DTYPE="LOCF")  # needs no homogeneity


def test_a_response_is_an_event_and_no_response_is_censored_at_the_last_assessment(shows, built):
    shows("adtte", """
        USUBJID | ADT        | AVAL | CNSR | EVNTDESC                                | CNSDTDSC             | SRCDOM | SRCSEQ
        S003    | 2025-12-27 | 168  | 1    | No reduction of MASI by at least 50%    | Last MASI assessment | ADMASI | 102
        S015    | 2025-10-06 | 54   | 0    | First reduction of MASI by at least 50% |                      | ADMASI | 68
        """, USUBJID=("S003", "S015"))
    sources = built("admasi").set_index(["USUBJID", "ASEQ"])
    for row in built("adtte").itertuples():
        source = sources.loc[(row.USUBJID, row.SRCSEQ)]
        assert (source.PARAMCD, source.ADT, source.DTYPE) == ("MASITOT", row.ADT, "")
        assert (source.CRIT1FL == "Y") == (row.CNSR == 0)


def test_satisfaction_is_scored_and_added_up(shows):
    shows("adsat", """
        PARAMCD | AVAL | AVALC          | CRIT1FL
        SAT01   | 5    | VERY SATISFIED | Y
        SAT02   | 5    | VERY SATISFIED | Y
        SAT03   | 4    | SATISFIED      | Y
        SAT04   | 3    | NEUTRAL        | N
        SATTOT  | 17   |                |
        """, USUBJID="S001", AVISIT="Week 8")


def test_images_that_were_not_taken_leave_a_gap(shows):
    shows("advisia", """
        PARAM                         | AVISIT   | AVAL | BASE | CHG | PCHG     | ABLFL | ANL01FL
        Spots Feature Count, Left View | Baseline | 61   | 61   |     |          | Y     | Y
        Spots Feature Count, Left View | Week 4   | 56   | 61   | -5  | -8.19672 |       | Y
        Spots Feature Count, Left View | Week 8   | 50   | 61   | -11 | -18.0328 |       | Y
        Spots Feature Count, Left View | Week 24  | 40   | 61   | -21 | -34.4262 |       | Y
        """, USUBJID="S025", PARAMCD="SPOTCNTL")
    visits = [row["VISIT"].upper() for row in raw("visia", "S025") if row["VIEW"].upper() == "LEFT"]
    assert visits == ["BASELINE", "WEEK 4", "WEEK 8", "WEEK 24"]


# -- all of them ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dataset", "form"), [("rs", "masi"), ("ig", "visia"), ("vs", "vs"), ("qs", "sat")])
def test_every_filled_cell_of_a_wide_form_is_a_result(built, dataset, form):
    columns = {"rs": "_[ADH]$", "ig": "_(CNT|SCR)$", "vs": "^(SYSBP|DIABP|PULSE|RESP|TEMP|HEIGHT|WEIGHT)$", "qs": r"^Q\d$"}[dataset]
    with (RAW / f"{form}.csv").open(encoding="utf-8", newline="") as file:
        cells = [value.strip() for row in csv.DictReader(file) for name, value in row.items() if re.search(columns, name) and value.strip()]
    results = built(dataset)[f"{dataset.upper()}ORRES"]
    assert sorted(cell.upper() for cell in cells) == sorted(result.upper() for result in results if result)


@pytest.mark.parametrize(
    ("dataset", "group"),
    [("rs", ["RSTESTCD"]), ("vs", ["VSTESTCD"]), ("ig", ["IGTESTCD", "IGLAT"])],
)
def test_each_treated_subject_has_one_last_observation_before_exposure_of_each_test(built, dataset, group):
    records = built(dataset)
    flagged = records[records[f"{dataset.upper()}LOBXFL"] == "Y"]
    treated = records[records.USUBJID.isin(built("adsl").USUBJID)]
    assert flagged.groupby(["USUBJID", *group]).size().eq(1).all()
    assert len(flagged) == treated.groupby(["USUBJID", *group]).ngroups
    assert set(flagged.EPOCH) == {"SCREENING"}


@pytest.mark.parametrize("dataset", ["admasi", "advisia", "adsat"])
def test_each_analysis_visit_has_one_record_to_analyse(built, dataset):
    records = built(dataset)
    flagged = records[records.ANL01FL == "Y"].groupby(["USUBJID", "PARAMCD", "AVISITN"]).size()
    assert flagged.eq(1).all()
    assert len(flagged) == records.groupby(["USUBJID", "PARAMCD", "AVISITN"]).ngroups


def test_the_trial_summary_agrees_with_the_data(built):
    summary = built("ts").set_index(["TSPARMCD", "TSSEQ"]).TSVAL
    subjects, dispositions = built("dm"), built("ds")
    assert summary["SSTDTC", 1] == dispositions[dispositions.DSDECOD == "INFORMED CONSENT OBTAINED"].DSSTDTC.min()[:10]
    assert summary["SENDTC", 1] == subjects.RFPENDTC.max()
    assert int(summary["ACTSUB", 1]) == (subjects.ARMCD != "").sum()
    assert int(summary["NARMS", 1]) == built("ta").ARMCD.nunique()
