#!/bin/bash
# What other communities review: the Galaxy tool, the WDL task, the snakemake-wrapper, the nf-core module's and the recipes' forms.
# planemo and miniwdl come from PyPI, where they can be had.
set -u
. "$(dirname "$0")/lib.sh"
begin
cd "$data" || exit 2
plasmastrat sample --id PCL01 --dna dna/PCL01.dna.bam --specimen lesion -o "$scratch/direct" -q

check "one version everywhere" "$top/tests/versions.sh"

# nf-core's rules for meta.yml and environment.yml (modules/meta-schema.json), as far as they can be written down here
if python3 -c 'import yaml' 2>/dev/null; then
    check "nf-core module: meta.yml and environment.yml" python3 - "$pipelines/nextflow/modules/local/plasmastrat" <<'PY'
import gzip, hashlib, json, pathlib, re, shutil, subprocess, sys, tempfile, yaml
def elements(x):
    for e in x if isinstance(x, list) else [x]:
        if isinstance(e, list):
            yield from elements(e)
        else:
            yield from e.items()
for module in ("sample", "report", "validate"):
    folder = f"{sys.argv[1]}/{module}"
    meta = yaml.safe_load(open(folder + "/meta.yml"))
    assert not {"name", "description", "keywords", "tools", "input", "output", "authors"} - set(meta), meta.keys()
    assert meta["name"] == "plasmastrat_" + module and len(set(meta["keywords"])) >= 3
    tool = meta["tools"][0]["plasmastrat"]
    assert tool["description"] and tool["licence"] and re.match("https?://", tool["homepage"]) and "identifier" in tool
    for part in [meta["input"], *meta["output"].values()]:
        for name, element in elements(part):
            assert element["type"] in ("map", "file", "string", "eval") and element["description"], name
            assert (element["type"] != "file") or ("pattern" in element and "ontologies" in element), name
    main = open(folder + "/main.nf").read()
    taken = re.search(r"input:\n(.*?)\n    output:", main, re.S)[1]
    names = re.findall(r"(?:val|path)\((\w+)", taken) + re.findall(r"^ +path (\w+)", taken, re.M)
    assert names == [name for name, _ in elements(meta["input"])], (names, meta["input"])
    environment = yaml.safe_load(open(folder + "/environment.yml"))
    assert environment["channels"] == ["conda-forge", "bioconda"] and len(environment["dependencies"]) == 1
    test = open(folder + "/tests/main.nf.test").read()
    assert f'tag "plasmastrat/{module}"' in test and "-stub" in test and "snapshot(" in test
    # nf-test itself is in no registry of Java packages: its snapshots are compared with what the stubs make
    snapshots = json.load(open(folder + "/tests/main.nf.test.snap"))
    assert set(snapshots) == set(re.findall(r'test\("(.*?)"\)', test)), snapshots.keys()
    made = pathlib.Path(tempfile.mkdtemp())
    stub = re.search(r'stub:.*?"""\n(.*?)"""', main, re.S)[1].replace("${prefix}", "PCL01").replace("\\$", "$")
    subprocess.run(["sh", "-ec", stub], cwd=made, check=True)
    for name, wanted in re.findall(r'"([^"]*):md5,(\w+)"', json.dumps(snapshots)):
        file, = made.rglob(name)
        content = gzip.decompress(file.read_bytes()) if name.endswith(".gz") else file.read_bytes()
        assert hashlib.md5(content).hexdigest() == wanted, name
    shutil.rmtree(made)
PY
else
    skip "nf-core module" "no Python yaml"
fi
skip "nf-test itself" "it is in none of the package registries used here; its snapshots are compared with the stubs above"

# the snakemake-wrapper, run as its own test does
if have snakemake; then
    mkdir "$scratch/wrapper" && cd "$scratch/wrapper" && cp -p "$top"/testdata/PCL01.dna.bam* .
    export XDG_CACHE_HOME=$scratch/cache
    mkdir -p master/bio && cp -r "$pipelines/snakemake/wrapper" master/bio/plasmastrat
    check "snakemake-wrapper" snakemake -s master/bio/plasmastrat/test/Snakefile --wrapper-prefix "file://$PWD/" -c 2 labels/PCL01.json
    diff <(grep -v '"path"' labels/PCL01.json) <(grep -v '"path"' "$scratch/direct/PCL01.json") >"$scratch/log" && [ -s labels/PCL01.evidence.gz ] && ok || bad "the wrapper's result" "$scratch/log"
    check "snakemake --lint" snakemake -s master/bio/plasmastrat/test/Snakefile --wrapper-prefix "file://$PWD/" --lint
    cd "$data" || exit 2
else
    skip "snakemake-wrapper" "no snakemake"
fi

venv=${LINTERS_VENV:-$top/build/linters}
if ! { [ -x "$venv/bin/planemo" ] && [ -x "$venv/bin/miniwdl" ]; } &&
    ! { python3 -m venv "$venv" && timeout 400 "$venv/bin/pip" install -q planemo miniwdl; } >"$scratch/log" 2>&1; then
    skip "planemo lint, and the tool's command" "planemo cannot be installed from PyPI here"
    skip "miniwdl check, and the task's command" "miniwdl cannot be installed from PyPI here"
    finish
fi
export HOME=$scratch
check "planemo lint" "$venv/bin/planemo" lint --fail_level warn "$pipelines/galaxy/plasmastrat.xml"
check "miniwdl check" "$venv/bin/miniwdl" check --strict --suppress CommandShellCheck "$pipelines/wdl/plasmastrat.wdl"

# The commands that Galaxy and a WDL engine would run, filled in by their own template engines, and run here. Neither engine is run.
"$venv/bin/python" - "$pipelines/galaxy/plasmastrat.xml" "$data" "$scratch" >"$scratch/galaxy.sh" 2>"$scratch/log" <<'PY'
import sys, xml.etree.ElementTree as xml
from Cheetah.Template import Template
tool, data, scratch = sys.argv[1:]
class File:
    def __init__(self, path, ext, index=None):
        self.path, self.ext = path, ext
        self.metadata = type("Metadata", (), {"bam_index": index, "cram_index": index})
    def __str__(self):
        return self.path
given = {"sample_id": "PCL/01 a", "specimen": "lesion", "purity": "", "molecules": "", "reference": None, "rna": [], "normal": [], "vcf": None,
         "sv": None, "cnv": None, "counts": None, "json": scratch + "/g.json", "html": scratch + "/g.html", "ras_vcf": scratch + "/g.vcf.gz",
         "evidence": scratch + "/g.evidence"}
given["dna"] = [File(data + "/dna/PCL01.dna.bam", "bam", data + "/dna/PCL01.dna.bam.bai")]
names = {p.get("name") or p.get("argument", "").lstrip("-") for p in xml.parse(tool).iter("param")} | {"rna", "dna", "normal"}
assert set(given) >= names - {"@NAME@"}, names
text = xml.parse(tool).find("command").text
print(str(Template(text, searchList=[given])).replace("\n", " "))
PY
mkdir "$scratch/galaxy"
[ -s "$scratch/galaxy.sh" ] && (cd "$scratch/galaxy" && bash -e "$scratch/galaxy.sh") >>"$scratch/log" 2>&1 && ok || bad "the Galaxy tool's command" "$scratch/log"
same='"(path|sample_id|file|digest)"|"sample-name"' # but for these
diff <(grep -vE "$same" "$scratch/g.json") <(grep -vE "$same" "$scratch/direct/PCL01.json") >"$scratch/log" &&
    [ -s "$scratch/g.evidence" ] && ok || bad "the Galaxy tool's result" "$scratch/log"
grep -q '"sample_id": "PCL_01_a"' "$scratch/g.json" && ok || bad "the Galaxy tool's sample id"

mkdir "$scratch/wdl" "$scratch/apart" && cp "$data/dna/PCL01.dna.bam" "$scratch/wdl/" && cp "$data/dna/PCL01.dna.bam.bai" "$scratch/apart/"
"$venv/bin/python" - "$pipelines/wdl/plasmastrat.wdl" "$scratch" >"$scratch/wdl.sh" 2>"$scratch/log" <<'PY'
import sys, textwrap, WDL
path, scratch = sys.argv[1:]
task = next(t for t in WDL.load(path).tasks if t.name == "sample")
given = {"sample_id": "PCL01", "specimen": "lesion", "dna": [scratch + "/wdl/PCL01.dna.bam"], "dna_indexes": [scratch + "/apart/PCL01.dna.bam.bai"]}
class Local(WDL.StdLib.Base):
    def _virtualize_filename(self, name):
        return name
    def _devirtualize_filename(self, name):
        return name
stdlib = Local("1.0", write_dir=scratch + "/wdl")
env = WDL.Env.Bindings()
for decl in task.inputs + task.postinputs:
    if decl.name in given:
        value = WDL.Value.from_json(decl.type, given[decl.name])
    elif decl.expr:
        value = decl.expr.eval(env, stdlib).coerce(decl.type)
    else:
        value = WDL.Value.Null()
    env = env.bind(decl.name, value)
print(task.command.eval(env, stdlib).value)
PY
[ -s "$scratch/wdl.sh" ] && (cd "$scratch/wdl" && bash "$scratch/wdl.sh") >>"$scratch/log" 2>&1 && ok || bad "the WDL task's command" "$scratch/log"
[ -L "$scratch/wdl/PCL01.dna.bam.bai" ] && ok || bad "an index in another folder is linked beside its file"
diff <(grep -v '"path"' "$scratch/wdl/PCL01.json") <(grep -v '"path"' "$scratch/direct/PCL01.json") >"$scratch/log" && [ -s "$scratch/wdl/PCL01.evidence.gz" ] && ok || bad "the WDL task's result" "$scratch/log"
skip "planemo test and miniwdl run" "they need Galaxy itself and a container engine; the commands are run above"
finish
