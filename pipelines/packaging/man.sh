#!/bin/sh
# Usage: man.sh PROGRAM > plasmastrat.1
# The manual page, made from what the program itself says, so that the two cannot disagree.
set -eu
program=$1
version=$("$program" --version | sed -n 's/^plasmastrat //p')

# Help text to man source: options become tagged paragraphs, everything else stays as it is laid out.
to_man() {
    awk '
        function escape(s) { gsub(/\\/, "\\e", s); gsub(/-/, "\\-", s); if (s ~ /^[.\047]/) s = "\\&" s; return s }
        function layout(on) { if (on != verbatim) print on ? ".nf" : ".fi"; verbatim = on }
        NR == 1 && /^plasmastrat/ { next }
        /^ +(-.,)? +--[a-z]/ {
            layout(0)
            option = $0; sub(/^ +/, "", option)
            if (match(option, /  +/) && option !~ /^-.,  +--/) {
                text = substr(option, RSTART + RLENGTH); option = substr(option, 1, RSTART - 1)
            } else { # a long name leaves one space before its text
                n = split(option, word, " "); k = 2
                if (word[k] ~ /^[A-Z][A-Z|,.:]*$/) k++
                option = word[1]; for (i = 2; i < k; i++) option = option " " word[i]
                text = word[k]; for (i = k + 1; i <= n; i++) text = text " " word[i]
            }
            print ".TP"; print ".B " escape(option); print escape(text); next
        }
        { layout(1); print escape($0) }
        END { layout(0) }'
}

cat <<MAN
.TH PLASMASTRAT 1 "" "plasmastrat $version" "User Commands"
.SH NAME
plasmastrat \\- $("$program" help | sed -n '1s/^plasmastrat - //p')
.SH SYNOPSIS
.B plasmastrat
.I COMMAND
[options]
.SH DESCRIPTION
MAN
"$program" help | sed '/^usage:/,/^$/d' | to_man
commands=$("$program" help | sed -nE 's/^  ([a-z]+) +.*/\1/p' | grep -vxE 'help|version')
for command in $commands; do
    echo ".SH PLASMASTRAT $(echo "$command" | tr '[:lower:]' '[:upper:]')"
    "$program" "$command" --help | to_man
done
cat <<'MAN'
.SH EXIT STATUS
.TP
.B 0
every requested sample was done, whatever its label
.TP
.B 1
a sample failed, or an output could not be written
.TP
.B 2
the command line, the sheet, the panel or the model is wrong, and nothing was run
.SH ENVIRONMENT
.TP
.B TMPDIR
folder for the copy of a VCF that is read from standard input
.TP
.B REF_PATH, REF_CACHE
where CRAM reference sequences are found, as for samtools
.TP
.B NO_COLOR
no colours on a terminal
.SH SEE ALSO
.BR samtools (1),
.BR bcftools (1),
.BR multiqc (1)
MAN
