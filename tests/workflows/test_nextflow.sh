#!/bin/bash
# pipelines/nextflow with the real engine.
set -u
. "$(dirname "$0")/lib.sh"
begin
direct_batch || bad "direct batch"
cd "$scratch" || exit 2
flow=$pipelines/nextflow
export NXF_HOME=$scratch/home NXF_OFFLINE=true NXF_ANSI_LOG=false NXF_DISABLE_CHECK_LATEST=true

check "parameter schema" python3 - "$flow" <<'PY'
import json, re, sys
flow = sys.argv[1]
schema = json.load(open(flow + "/nextflow_schema.json"))
described = {k: v for d in schema["$defs"].values() for k, v in d["properties"].items()}
config = re.search(r"params \{(.*?)\}", open(flow + "/nextflow.config").read(), re.S)[1]
settings = dict(re.findall(r"^\s*(\w+)\s*=\s*(\S+)", config, re.M))
assert set(described) == set(settings), (set(described), set(settings))
for name, value in settings.items():
    default = described[name].get("default")
    assert value == ("null" if default is None else repr(default)), (name, value, default)
import jsonschema
for name in ("nextflow_schema.json", "assets/schema_input.json"):
    jsonschema.Draft202012Validator.check_schema(json.load(open(f"{flow}/{name}")))
rows = [{"sample_id": "S1", "dna": "a.bam", "purity": 0.5, "specimen": "lesion"}]
jsonschema.validate(rows, json.load(open(flow + "/assets/schema_input.json")))
try:
    jsonschema.validate([{"sample_id": "S1"}], json.load(open(flow + "/assets/schema_input.json")))
    raise SystemExit("a row without inputs was accepted")
except jsonschema.ValidationError:
    pass
PY
check "meta.yml names the outputs of main.nf" python3 - "$flow" <<'PY'
import re, sys
for module in ("sample", "report"):
    folder = f"{sys.argv[1]}/modules/local/plasmastrat/{module}"
    emitted = set(re.findall(r"emit: (\w+)", open(folder + "/main.nf").read()))
    text = open(folder + "/meta.yml").read()
    outputs = text[text.index("\noutput:"):text.index("\ntopics:")]
    assert emitted == set(re.findall(r"^  (\w+):", outputs, re.M)), (emitted, outputs)
PY
if ! have mvn || ! have java; then
    skip "Nextflow runs" "no mvn or java"
    finish
fi
if ! "$here/nextflow/nextflow" -version >version.log 2>&1; then
    skip "Nextflow runs" "Nextflow cannot be fetched: $(grep -m 1 ERROR version.log)"
    finish
fi
run() { "$here/nextflow/nextflow" -log nextflow.log run "$flow" -profile local "$@"; }

check "run" run --input data/sheet.tsv --outdir one
same_results Nextflow one direct
multiqc_sees Nextflow one
grep -q "plasmastrat: $(plasmastrat --version | sed -n 's/^plasmastrat //p')" one/pipeline_info/versions.yml && ok || bad "versions" one/pipeline_info/versions.yml
exits 1 "two of eight samples fail" run --input data/failing.tsv --outdir two -resume
[ "$(grep -c 'Cached process > PLASMASTRAT_SAMPLE' check.log)" = 6 ] && ok || bad "done samples come from the cache" check.log
rm -f direct_failing/{cohort.tsv,cohort.html,plasmastrat_mqc.json} # a task that failed hands over no message
same_results "Nextflow, failed samples" two direct_failing
[ "$(cut -f 1,2 two/cohort.tsv | grep -c failed)" = 2 ] && ok || bad "failed rows" two/cohort.tsv
cp data/dna/PCL01.dna.bam data/dna/CUT01.dna.bam && cp data/dna/PCL01.dna.bam data/dna/GONE1.dna.bam
check "repaired" run --input data/failing.tsv --outdir three -resume
[ "$(grep -c 'Submitted process > PLASMASTRAT_SAMPLE' check.log)" = 2 ] && ok || bad "only the failed samples run again" check.log
check "stub" run --input data/sheet.tsv --outdir stub -stub
[ -e stub/PCL01.json ] && [ ! -s stub/PCL01.json ] && ok || bad "stub files"
exits 1 "no --input" run
finish
