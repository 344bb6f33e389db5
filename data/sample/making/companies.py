"""Made-up companies: names that say they are samples, with sector and stage by the policy flavour of the zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making import draw

if TYPE_CHECKING:
    import numpy as np

FIRST = (
    ("澄", "Cheng"),
    ("云", "Yun"),
    ("朔", "Shuo"),
    ("沐", "Mu"),
    ("璟", "Jing"),
    ("渊", "Yuan"),
    ("禾", "He"),
    ("衡", "Heng"),
    ("屿", "Yu"),
    ("岚", "Lan"),
    ("杉", "Shan"),
    ("砚", "Yan"),
    ("霁", "Ji"),
    ("芷", "Zhi"),
    ("棠", "Tang"),
    ("葭", "Jia"),
)
SECOND = (
    ("心", "xin"),
    ("岭", "ling"),
    ("序", "xu"),
    ("川", "chuan"),
    ("白", "bai"),
    ("舟", "zhou"),
    ("野", "ye"),
    ("笙", "sheng"),
    ("桥", "qiao"),
    ("辰", "chen"),
    ("渡", "du"),
    ("林", "lin"),
)
FIELD = {
    "INN-SM": ("小分子", "Small Molecule"),
    "INN-AB": ("抗体", "Antibody"),
    "INN-BS": ("双抗", "Bispecific"),
    "INN-ADC": ("偶联药", "Conjugate"),
    "INN-RNA": ("核酸", "Nucleic"),
    "INN-RPH": ("核药", "Radiopharma"),
    "CGT-CART": ("细胞", "Cell"),
    "CGT-UIC": ("免疫细胞", "Immune Cell"),
    "CGT-STEM": ("干细胞", "Stem Cell"),
    "CGT-GENE": ("基因", "Gene"),
    "DEV-MII": ("介入", "Interventional"),
    "DEV-ROB": ("机器人", "Robotics"),
    "DEV-IMG": ("影像", "Imaging"),
    "DEV-IVD": ("诊断", "Diagnostics"),
    "DEV-BCI": ("脑机", "Neural"),
    "DEV-GEN": ("器械", "Device"),
    "AID-DD": ("智药", "AI Drug"),
    "AID-MED": ("智医", "AI Care"),
    "SYN-FSMP": ("特医", "Nutrition"),
    "SYN-MAT": ("材料", "Biomaterial"),
    "CDM-BIO": ("生物代工", "Bio CDMO"),
    "CDM-CHEM": ("化药代工", "Chem CDMO"),
    "CDM-DEV": ("器械代工", "Device CDMO"),
    "ISO-MED": ("同位素", "Isotope"),
    "RDS-MNC": ("研究中心", "Research"),
    "RDS-OIC": ("开放创新", "Open Lab"),
    "RDS-CRO": ("研发服务", "Services"),
    "RDS-TEST": ("检测", "Testing"),
    "INC-HQI": ("孵化", "Incubator"),
    "INC-POC": ("概念验证", "Proof"),
    "INC-SCI": ("创业", "Start-up"),
    "HQS-HQ": ("总部", "Headquarters"),
    "HQS-EXP": ("出海", "Overseas"),
    "SUP-FIN": ("科创服务", "Finance"),
    "SUP-LOG": ("冷链", "Cold Chain"),
    "MFG-GEN": ("制药", "Manufacturing"),
    "MFG-LOC": ("本地化", "Localisation"),
}
STAGES = {
    "research": (
        "INN-SM INN-AB INN-BS INN-ADC INN-RNA CGT-CART CGT-GENE CGT-STEM DEV-BCI DEV-ROB AID-DD RDS-MNC "
        "RDS-CRO RDS-OIC RDS-TEST DEV-IVD"
    ),
    "incubation": "INC-HQI INC-POC INC-SCI RDS-OIC",
    "pilot": (
        "INN-SM INN-AB INN-BS INN-ADC INN-RNA CGT-CART CGT-UIC CGT-STEM CGT-GENE CDM-BIO CDM-CHEM "
        "CDM-DEV DEV-MII DEV-ROB DEV-IVD SYN-MAT SYN-FSMP"
    ),
    "production": (
        "INN-SM INN-AB INN-BS INN-ADC INN-RNA INN-RPH CGT-CART CGT-UIC CDM-BIO CDM-CHEM CDM-DEV DEV-MII "
        "DEV-ROB DEV-IMG DEV-IVD DEV-GEN MFG-GEN MFG-LOC ISO-MED SYN-MAT"
    ),
    "headquarters": "HQS-HQ HQS-EXP SUP-FIN AID-MED RDS-MNC",
}
"""Sectors that work at each stage."""
FLAVOUR = {
    "Z-CORE-W": "INN-SM INN-AB INN-ADC INN-RNA AID-DD RDS-MNC RDS-OIC RDS-CRO CGT-GENE INC-HQI INC-POC HQS-HQ",
    "Z-CORE-E": (
        "INC-HQI INC-SCI INC-POC INN-BS INN-RNA AID-DD DEV-BCI CGT-GENE CGT-STEM RDS-CRO INN-AB HQS-HQ AID-MED"
    ),
    "Z-ZJ": (
        "INN-SM INN-AB INN-BS INN-ADC INN-RNA DEV-ROB DEV-IMG DEV-IVD DEV-MII CDM-BIO RDS-CRO RDS-TEST INC-HQI HQS-HQ"
    ),
    "Z-CELL": "CGT-CART CGT-UIC CGT-STEM CGT-GENE CDM-BIO",
    "Z-WGQ": "DEV-GEN DEV-MII DEV-ROB DEV-BCI DEV-IVD CDM-DEV MFG-LOC CGT-CART RDS-CRO INC-HQI HQS-HQ",
    "Z-EXPO": "HQS-HQ HQS-EXP SUP-FIN AID-MED RDS-MNC",
    "Z-JQ": "MFG-GEN DEV-GEN DEV-IMG INN-SM INN-AB AID-DD HQS-HQ CGT-GENE INC-HQI",
    "Z-LG": "ISO-MED CDM-CHEM INN-RPH CDM-CHEM INN-SM",
    "Z-LGB": "CDM-BIO INN-AB CGT-CART DEV-MII INN-RNA",
}
"""Sectors that the sample puts in each zone, after the words of the plan."""


class Names:
    """Deals out names, no pair of syllables twice until all are used."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Shuffle the pairs of syllables."""
        pairs = [(a, b) for a in FIRST for b in SECOND]
        self._order = [pairs[int(n)] for n in rng.permutation(len(pairs))]
        self._next = 0

    def deal(self, sector: str) -> tuple[str, str]:
        """Return a Chinese and an English name for a company of `sector`."""
        first, second = self._order[self._next % len(self._order)]
        self._next += 1
        zh, en = FIELD[sector]
        return f"示例·{first[0]}{second[0]}{zh} {self._next:03d}", f"Sample {first[1]}{second[1]} {en} {self._next:03d}"


def sector(rng: np.random.Generator, zone: str, stage: str) -> str:
    """Return a sector that the zone is for and that works at the stage; any at the stage when none is both."""
    at_stage = STAGES[stage].split()
    both = [code for code in FLAVOUR[zone].split() if code in at_stage]
    return str(draw.pick(rng, both or at_stage))


def tenant(names: Names, tenant_id: str, kind: str, code: str, stage: str | None) -> draw.Row:
    """Return one made-up company."""
    zh, en = names.deal(code)
    return {
        "tenant_id": tenant_id,
        "name_zh": zh,
        "name_en": en,
        "kind": kind,
        "sector_code": code,
        "stage": stage,
        **draw.MARKS,
    }
