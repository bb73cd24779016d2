"""Readable names of CoolProp's incompressible liquids, by CoolProp's name: what it is called in a case, and what it is.

Source: descriptions in CoolProp's own sources (SecCool, Melinder (2010), makers' data sheets). The letters CoolProp uses
are names too, also of those that are not in this list.
"""

NAMES = {
    # Mixtures with water by mass
    "MEG": ("ethylene glycol", "Melinder (2010)"),
    "MPG": ("propylene glycol", "Melinder (2010)"),
    "MEA": ("ethanol", "Melinder (2010)"),
    "MMA": ("methanol", "Melinder (2010)"),
    "MGL": ("glycerol", "Melinder (2010)"),
    "MAM": ("ammonia", "Melinder (2010)"),
    "MKC": ("potassium carbonate", "Melinder (2010)"),
    "MCA": ("calcium chloride", "Melinder (2010)"),
    "MMG": ("magnesium chloride", "Melinder (2010)"),
    "MNA": ("sodium chloride", "Melinder (2010)"),
    "MKA": ("potassium acetate", "Melinder (2010)"),
    "MKF": ("potassium formate", "Melinder (2010)"),
    "MLI": ("lithium chloride", "Melinder (2010)"),
    # Mixtures with water by volume
    "AEG": ("ASHRAE ethylene glycol", "ASHRAE Fundamentals (2001), SecCool"),
    "APG": ("ASHRAE propylene glycol", "ASHRAE Fundamentals (2001), SecCool"),
    "AKF": ("Antifrogen KF", "potassium formate, Clariant (2000), SecCool"),
    "AL": ("Antifrogen L", "propylene glycol, Clariant (2000), SecCool"),
    "AN": ("Antifrogen N", "ethylene glycol, Clariant (2000), SecCool"),
    "GKN": ("Glykosol N", "ethylene glycol, pro KUEHLSOLE, SecCool"),
    "PK2": ("Pekasol 2000", "potassium acetate and formate, pro KUEHLSOLE, SecCool"),
    "PKL": ("Pekasol L", "propylene glycol, pro KUEHLSOLE, SecCool"),
    "ZAC": ("Zitrec AC", "corrosion inhibitor, Arteco, SecCool"),
    "ZFC": ("Zitrec FC", "propylene glycol, Arteco, SecCool"),
    "ZLC": ("Zitrec LC", "propylene glycol, Arteco, SecCool"),
    "ZMC": ("Zitrec MC", "ethylene glycol, Arteco, SecCool"),
    "ZM": ("Zitrec M", "ethylene glycol, Arteco, SecCool"),
    # Liquids as they come
    "HFE2": ("HFE-7100", "hydrofluoroether, 3M Novec, SecCool"),
    "PMS1": ("Baysilone KT3", "polydimethylsiloxane, Melinder (2010)"),
    "XLT2": ("Syltherm XLT", "polydimethylsiloxane, Dow, SecCool"),
    "DowJ2": ("Dowtherm J", "diethylbenzene mixture, Dow, SecCool"),
    "DowQ2": ("Dowtherm Q", "diphenylethane and alkylated aromatics, Dow, SecCool"),
    "T66": ("Therminol 66", "Solutia"),
    "T72": ("Therminol 72", "Solutia"),
    "SAB": ("Marlotherm X", "synthetic alkyl benzene, Melinder (2010)"),
    "TCO": ("d-limonene", "citrus oil terpene, Melinder (2010)"),
    "PNF": ("Paratherm NF", "hydrotreated mineral oil, Paratherm, SecCool"),
    "PCL": ("Paracryol", "aliphatic hydrocarbon, Sulzer Chemtech, SecCool"),
    "TY10": ("Tyfoxit 1.10", "potassium acetate, Tyforop, SecCool"),
    "TY15": ("Tyfoxit 1.15", "potassium acetate, Tyforop, SecCool"),
    "TY20": ("Tyfoxit 1.20", "potassium acetate, Tyforop, SecCool"),
    "TY24": ("Tyfoxit 1.24", "potassium acetate, Tyforop, SecCool"),
    "ZS10": ("Zitrec S10", "potassium formate and sodium propionate, Arteco, SecCool"),
    "ZS25": ("Zitrec S25", "potassium formate and sodium propionate, Arteco, SecCool"),
    "ZS40": ("Zitrec S40", "potassium formate and sodium propionate, Arteco, SecCool"),
    "ZS45": ("Zitrec S45", "potassium formate and sodium propionate, Arteco, SecCool"),
    "ZS55": ("Zitrec S55", "potassium formate and sodium propionate, Arteco, SecCool"),
}
