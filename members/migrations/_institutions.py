"""What keeps the searched names of institutions: functions and statement triggers.

A name becomes terms in the same way when it is stored and when it is searched for: the
folded words of registry_words(), without “ae” for “ä” and the “s” of a plural, with an
abbreviation or a translation of a general word put as the one word that stands for all
of them, and without the words that join others. No name of an institution is in here.
"""

import json
import re

from django.db import migrations

# The word that stands for all: its abbreviations, and what it is called elsewhere.
GENERAL = {
    "academy": "acad academia academie academies accademia akad akademi akademia "
    "akademie akademii akademija academic academica academico",
    "administration": "admin administracion administracao amministrazione",
    "agriculture": "agr agri agric agricultural agricola agricole agricoles agraria "
    "agrario agronomic agricultura landwirtschaft",
    "american": "amer",
    "analysis": "anal",
    "animal": "anim",
    "applied": "appl angewandte angewandten applicata applicate aplicada aplicadas "
    "appliquee appliquees toegepaste",
    "archaeology": "archaeological archeology",
    "association": "assoc asociacion associacao associazione verein",
    "astronomy": "astron astronomical",
    "atomic": "atom",
    "autonomous": "autonoma autonomo autonome auton",
    "biology": "biol biological biologia biologie biologica biologicas biologique",
    "biochemistry": "biochem biochemie biochimie bioquimica",
    "business": "bus",
    "cancer": "canc oncology oncologia oncologico oncologie onkologie krebsforschung",
    "cardiology": "cardiol cardiologia kardiologie",
    "catholic": "cath catolica catholique cattolica katholische katholieke katolicki",
    "center": "centre ctr cntr centro centros centers centres zentrum centrum centar "
    "zentren centra",
    "central": "cent centr centrale zentrale zentral",
    "chemistry": "chem chemie chimie quimica chimica chemical chemiczny",
    "children": "childrens enfants pediatric paediatric pediatrics paediatrics "
    "pediatrico pediatria",
    "clinic": "clin clinical clinique clinica clinico clinici klinik kliniken klinika "
    "clinics klinikum",
    "college": "coll colegio colleges collegio kolegium",
    "communication": "commun communications comunicacion comunicacao",
    "company": "comp compagnie compania",
    "computer": "comput computing informatique informatica informatik informatics",
    "conservation": "conserv",
    "council": "consejo conselho consiglio conseil",
    "culture": "cultural cultura kultur",
    "dentistry": "dent dental odontologia odontology stomatology",
    "department": "dep dept depts departement departamento dipartimento abteilung "
    "departments",
    "development": "dev devel developpement desarrollo desenvolvimento sviluppo "
    "entwicklung",
    "directorate": "directeur direccion direction direktion",
    "division": "div divisions",
    "earth": "erde terre tierra",
    "east": "eastern ost oriental oriente orientale",
    "economics": "econ economic economy economia economie economicas wirtschaft "
    "economica economiche ekonomi",
    "education": "educ educacion educacao educational pedagogical pedagogy pedagogica "
    "istruzione bildung",
    "electric": "elect electrical electrotechnical",
    "electronics": "electron electronic electronica",
    "energy": "energ energia energie energetics",
    "engineering": "eng engn engng engr engrg ingenieria ingenieurwissenschaften "
    "engenharia ingegneria ingenierie ingenieurs ingenieur engineers",
    "environment": "env environ environmental environnement umwelt ambiente ambiental "
    "ambientales ambientale",
    "epidemiology": "epidemiol",
    "experimental": "expt exp experimentale",
    "faculty": "fac facultad faculdade facolta faculte fakultat fakulta faculties",
    "federal": "fed federale federaux foderal bundes",
    "fisheries": "fish fishery pesca peche",
    "food": "alimentos aliments alimentaire lebensmittel",
    "forest": "forestry forestal forestier forst forestiere",
    "foundation": "fdn fndn fond fondation fundacion fundacao fundacio stiftung "
    "fondazione foundations fundatia",
    "free": "freie libre libera livre vrije",
    "general": "gen generale allgemeine",
    "geology": "geol geological geologico geologie geologia",
    "geography": "geog geographical geographic geografia geographie",
    "geophysics": "geophys geophysical geofisica",
    "government": "govt gov",
    "graduate": "grad postgraduate",
    "health": "hlth salud sante saude sanita gesundheit sanitaria salut zdravlja "
    "healthcare",
    "higher": "superior superieure superieur superiore superieures",
    "history": "hist historia histoire geschichte historical",
    "hospital": "hosp hospitals hopital hopitaux hospitalier hospitalar hospitalaria "
    "ospedale ospedaliera ospedaliero ospedali ospedalieri krankenhaus szpital "
    "sjukhus sykehus ziekenhuis hastanesi hospices spital nemocnice bolnica infirmary",
    "humanities": "human humanas humanidades",
    "industry": "ind indust industrial industrie industria industrielle industries",
    "information": "informat informacion informazione",
    "institute": "inst institut instituto instituts istituto istituti instituut "
    "instytut institutet institutul institutes instituta institutions institution "
    "institucion institutos institutt instit enstitusu insitute",
    "international": "int intl internat internacional internationale internazionale "
    "internationaux",
    "laboratory": "lab labs labor laboratories laboratoire laboratoires laboratorio "
    "laboratorios laboratori laboratorium laboratoriet",
    "language": "lang languages",
    "law": "derecho droit recht direito",
    "library": "libr biblioteca bibliothek bibliotheque",
    "life": "vie vida",
    "management": "mgmt manag gestion",
    "manufacturing": "mfg manuf",
    "marine": "mar marina marinha marino",
    "materials": "mat mater materiaux materiales material",
    "mathematics": "math maths mathematical mathematik mathematiques matematica "
    "matematicas matematik",
    "mechanics": "mech mechanical mecanique mecanica mechanik",
    "medicine": "med medical medicina medecine medizin medizinische medizinischen "
    "medicale medica medicas medico medicos medicinski medicinsk medyczny medizinisches "
    "medicinal medisch meditsinsky",
    "memorial": "mem meml",
    "meteorology": "meteorol meteorological meteorologia",
    "microbiology": "microbiol microbiologia",
    "military": "mil militaire militar",
    "ministry": "minist ministerio ministere ministerium ministero ministerstvo",
    "molecular": "mol moleculaire molecolare",
    "mount": "mt",
    "municipal": "mun munic municipality",
    "museum": "mus museo musee museu muzeum museums",
    "national": "nat natl nacl naz nacional nacionales nacionals nationale nationales "
    "nationaux nazionale nazionali nationaal nationala narodowy narodni nationales ntl",
    "natural": "naturelle naturelles naturales naturali naturkunde",
    "neurology": "neurol neurological neurologico neurologia",
    "north": "nord norte northern nordic",
    "nuclear": "nucl nucleaire nucleare kernforschung",
    "nursing": "nurs enfermeria enfermagem",
    "observatory": "observ observatoire observatorio osservatorio",
    "oceanography": "oceanogr oceanographic oceanografia oceanographique",
    "office": "off oficina",
    "organization": "org organisation organizacion organizzazione",
    "pathology": "pathol patologia",
    "pharmacy": "pharm pharma pharmaceutical pharmaceuticals farmacia pharmaceutics "
    "pharmazie pharmacie",
    "philosophy": "phil filosofia philosophie",
    "physics": "phys physik physique fisica physical physikalische fizyki",
    "physiology": "physiol fisiologia physiologie",
    "plant": "plants vegetale",
    "political": "polit politique politica politicas",
    "polytechnic": "polytech politecnico politecnica politecnic polytechnique "
    "politechnika polytechnical politechnic polytechnics politeknik politehnica",
    "pontifical": "pontificia pontificio pontificale",
    "private": "priv privada",
    "psychiatry": "psychiat psychiatric psychiatrie psiquiatria",
    "psychology": "psychol psicologia psychologie psychological",
    "public": "publ publique publica publico",
    "regional": "reg region",
    "research": "rsch res rech recherche recherches researches ricerca ricerche "
    "forschung forschungszentrum investigacion investigaciones pesquisa pesquisas "
    "onderzoek forskning badan badawczy investigacao",
    "royal": "real royale koninklijk koninklijke kongelige kungliga",
    "saint": "st ste sankt sainte san santa sao santo",
    "school": "sch schl schule escuela escola ecole ecoles scuola skola skole okulu "
    "schools",
    "science": "sci scis sciences scientific ciencia ciencias ciencies scienza scienze "
    "scientifique scientifiques cientifica cientificas cientifico cientificos "
    "scientifico wissenschaft wissenschaften nauk nauki naukowy wetenschappen "
    "vetenskap vetenskaper",
    "security": "secur seguridad",
    "service": "svc serv servicio servicios services servizio",
    "social": "soc sociales sociais sociale sociaux soziale sozialforschung",
    "society": "societe sociedad sociedade gesellschaft societa",
    "south": "sud sur southern sul",
    "space": "espacial spatial spatiales spaziale raumfahrt",
    "state": "estatal estadual staatliche statale",
    "station": "stn sta estacion",
    "statistics": "stat statist statistical estadistica statistik",
    "study": "stud studies estudios etudes studi studien estudos",
    "surgery": "surg surgeons surgical",
    "survey": "surv surveys",
    "system": "syst systems sistemas",
    "teacher": "teachers",
    "technology": "tech techn technol technologies technological technical technische "
    "technischen technisch technique techniques technologie technologique tecnologia "
    "tecnologias tecnologica tecnologico tecnologicas tecnica tecnico teknologi "
    "tekniska tekniske teknisk techniczna technicka technika teknik tehnica tehnologie "
    "teknolojisi technologia technischer",
    "theology": "theol theological teologia teologica",
    "traditional": "trad tradit",
    "transport": "transp transportation transportes transports",
    "tropical": "trop tropicale",
    "united": "utd unidos unida",
    "university": "univ univs unversity universty universitat universitaten universite "
    "universites universities universidad universidades universidade universita "
    "universitas universiteit universitet universitetet universitetas universiteti "
    "universitesi universiti universitate universitatea universitario universitaria "
    "universitaire universitaires universitari universitats univerzita univerzity "
    "univerzitet univerza uniwersytet uniwersytetu uniwersytecki yliopisto egyetem "
    "egyetemi ulikool unibertsitatea universitasi universitaet prifysgol ollscoil "
    "universitatii universitetsko",
    "university hospital": "universitatsklinikum universitatsspital "
    "universitatskrankenhaus universitatsmedizin uniklinik universitatsklinik "
    "universitetssjukhus universitetshospital",
    "veterinary": "vet veterinaria veterinaire veterinario veterinarmedizin tierarztliche",
    "virology": "virol virologie",
    "water": "agua eau wasser acqua",
    "west": "occidental occident occidentale western",
    "women": "womens woman mujer femme",
    # They join others, or tell of the form of a company.
    "": "a an and at the of for from in on to by with de du des la le les los las el al "
    "ul l d s del della delle dello dell degli dei di da do dos das e et y und der die "
    "das dem den fur von zu zur im am van het och av og w i na u ve za aux au en "
    "formerly former ex inc ltd limited gmbh llc plc corp corporation co pty bv",
}

# What registry_terms() does before it looks a word up.
MEANINGS = {
    re.sub(r"([aou])e", r"\1", word): meaning
    for meaning, words in GENERAL.items()
    for word in [*words.split(), *meaning.split()]
    if " " not in meaning or word in words.split()
}

GENERAL_WORDS = f"""
CREATE FUNCTION registry_general_words() RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{json.dumps(MEANINGS)}'::jsonb;
"""

# Where every word only joins others, these are the terms.
TERMS = r"""
CREATE FUNCTION registry_terms(text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    WITH plain AS MATERIALIZED (
        SELECT place, regexp_replace(word, '([aou])e', '\1', 'g') AS word
        FROM unnest(registry_words($1)) WITH ORDINALITY AS words (word, place)
    )
    SELECT coalesce(
        array_agg(term ORDER BY place, part) FILTER (WHERE term IS NOT NULL),
        array_agg(word ORDER BY place) FILTER (WHERE part IS NULL OR part = 1),
        '{}')
    FROM plain
    LEFT JOIN LATERAL unnest(string_to_array(coalesce(
        registry_general_words() ->> word,
        CASE WHEN length(word) > 4 AND word ~ '[^ius]s$'
            THEN left(word, -1) ELSE word END), ' '
    )) WITH ORDINALITY AS terms (term, part) ON true
);
"""

# An acronym is one that ROR calls so, or a word of a few letters, most of them capitals.
REFRESH = r"""
CREATE FUNCTION registry_refresh_institution_names(changed bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(cardinality(changed), 0) = 0 THEN
        RETURN;
    END IF;
    WITH asked AS MATERIALIZED (
        SELECT id, name, other_names, name_notes
        FROM members_institution WHERE id = ANY (changed)
    ), read AS MATERIALIZED (
        SELECT id, place, text, name_notes, registry_terms(text) AS terms FROM (
            SELECT id, 0 AS place, name AS text, name_notes FROM asked
            UNION ALL
            SELECT id, place, text, name_notes
            FROM asked, unnest(other_names) WITH ORDINALITY AS others (text, place)
        ) AS texts
    ), named AS MATERIALIZED (
        SELECT DISTINCT ON (id, phrase) id, text, terms, phrase, is_acronym
        FROM read, LATERAL (
            SELECT array_to_string(terms, ' ') AS phrase,
                coalesce(name_notes #>> ARRAY[text, 'kind'] = 'acronym', false)
                OR text ~ '^[A-Z][A-Za-z0-9&./-]{0,9}$' AND text ~ '[A-Z].*[A-Z]'
                AS is_acronym
        ) AS told
        WHERE terms <> '{}'
        ORDER BY id, phrase, place
    ), gone AS (
        DELETE FROM members_institutionname WHERE institution_id = ANY (changed)
        RETURNING terms
    ), made AS (
        INSERT INTO members_institutionname
            (institution_id, text, terms, phrase, is_acronym)
        SELECT id, text, terms, phrase, is_acronym FROM named
        ORDER BY id
        RETURNING terms
    ), counted AS (
        SELECT term, sum(number) AS names FROM (
            SELECT term, -1 AS number FROM gone, unnest(''::text || terms) AS term
            UNION ALL
            SELECT term, 1 FROM made, unnest(''::text || terms) AS term
        ) AS terms GROUP BY term HAVING sum(number) <> 0
    )
    INSERT INTO members_institutionterm AS known (term, names)
    SELECT term, names FROM counted ORDER BY term
    ON CONFLICT (term) DO UPDATE SET names = known.names + excluded.names;
END $$;
"""

CHANGED = """
CREATE FUNCTION registry_institution_names_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM registry_refresh_institution_names(ARRAY(SELECT id FROM new_rows));
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM registry_refresh_institution_names(ARRAY(
            SELECT after.id FROM new_rows AS after JOIN old_rows AS before USING (id)
            WHERE (after.name, after.other_names, after.name_notes)
                IS DISTINCT FROM (before.name, before.other_names, before.name_notes)));
    ELSE
        PERFORM registry_refresh_institution_names(ARRAY(SELECT id FROM old_rows));
    END IF;
    RETURN NULL;
END $$;
"""

FUNCTIONS = {
    "registry_general_words()": GENERAL_WORDS,
    "registry_terms(text)": TERMS,
}
KEEPERS = {
    "registry_refresh_institution_names(bigint[])": REFRESH,
    "registry_institution_names_changed()": CHANGED,
}
TABLE = "members_institution"
ROWS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "NEW TABLE AS new_rows OLD TABLE AS old_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def made(functions):
    return [
        migrations.RunSQL(body, f"DROP FUNCTION {name}")
        for name, body in functions.items()
    ]


BEFORE = made(FUNCTIONS)
AFTER = [
    *made(KEEPERS),
    *(
        migrations.RunSQL(
            f"CREATE TRIGGER institution_names_{change.lower()} "
            f"AFTER {change} ON {TABLE} REFERENCING {rows} "
            "FOR EACH STATEMENT EXECUTE FUNCTION registry_institution_names_changed()",
            f"DROP TRIGGER institution_names_{change.lower()} ON {TABLE}",
        )
        for change, rows in ROWS.items()
    ),
    migrations.RunSQL(
        "SELECT registry_refresh_institution_names("
        "ARRAY(SELECT id FROM members_institution ORDER BY id))",
        "DELETE FROM members_institutionname; DELETE FROM members_institutionterm",
    ),
]
