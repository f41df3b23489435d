#!/bin/bash
# make install: man page, completions, library; the conda recipe's steps.
set -u
. "$(dirname "$0")/lib.sh"
begin
cd "$top" || exit 2
root=$scratch/root
check "make install" make DESTDIR="$root" PREFIX=/usr install
for file in bin/plasmastrat share/plasmastrat/sample.schema.json share/man/man1/plasmastrat.1 lib/libplasmastrat.a \
    lib/pkgconfig/plasmastrat.pc include/plasmastrat/result.h share/bash-completion/completions/plasmastrat \
    share/zsh/site-functions/_plasmastrat; do
    [ -s "$root/usr/$file" ] && ok || bad "make install leaves out $file"
done
[ -z "$(find "$root" -type f -not -path "$root/usr/*")" ] && ok || bad "files outside PREFIX"
installed=$root/usr/bin/plasmastrat
(cd / && env -i "$installed" sample --id S --dna "$top/testdata/PCL01.dna.bam" -o - >"$scratch/json") && [ -s "$scratch/json" ] && ok || bad "the installed program runs from anywhere"

# the man page has every command and every option of the help, and no formatting error
commands=$("$installed" help | sed -nE 's/^  ([a-z]+) +.*/\1/p')
if have man && have groff; then
    page=$root/usr/share/man/man1/plasmastrat.1
    MANWIDTH=100 LC_ALL=C.UTF-8 man --warnings -l "$page" 2>"$scratch/warnings" | col -bx >"$scratch/page"
    [ -s "$scratch/warnings" ] && bad "man page" "$scratch/warnings" || ok
    for command in $commands; do
        grep -qE "^ +$command " "$scratch/page" && ok || bad "the man page lacks the command $command"
        case $command in help | version) continue ;; esac
        section=$(sed -n "/^PLASMASTRAT ${command^^}\$/,/^[A-Z]/p; " "$scratch/page" | wc -l)
        [ "$section" -gt 3 ] && ok || bad "the man page lacks a section on $command"
        while read -r option; do
            sed -n "/^PLASMASTRAT ${command^^}\$/,/^EXIT STATUS\$/p" "$scratch/page" | grep -qE -- "^ +(-.,)? *$option( |\$)" && ok || bad "the man page lacks $command $option"
        done < <("$installed" "$command" --help | sed -nE 's/^ +(-.,)? +(--[a-z-]+).*/\2/p')
    done
else
    skip "man page" "no man or groff"
fi

complete_words() { # WORD...: what bash offers for the last one
    bash -c '
        . "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _plasmastrat; printf "%s\n" "${COMPREPLY[@]}"' - "$root/usr/share/bash-completion/completions/plasmastrat" "$@" 2>/dev/null | sort | tr '\n' ' '
}
[ "$(complete_words plasmastrat ba)" = "batch " ] && ok || bad "bash completion of commands: $(complete_words plasmastrat ba)"
[ "$(complete_words plasmastrat sample --ou)" = "--outdir " ] && ok || bad "bash completion of options: $(complete_words plasmastrat sample --ou)"
[ "$(complete_words plasmastrat sample --specimen m)" = "marrow " ] && ok || bad "bash completion of values"
[ "$(complete_words plasmastrat batch "$top/testdata/she")" = "$top/testdata/sheet.tsv " ] && ok || bad "bash completion of files"
if have zsh; then
    check "zsh completion is zsh" zsh -n "$root/usr/share/zsh/site-functions/_plasmastrat"
    cat >"$scratch/zsh.sh" <<'ZSH'
fpath=($1 $fpath); path=($2 $path)
autoload -Uz compinit && compinit -u -D
zmodload zsh/zpty
zpty shell "zsh -f -i"
zpty -w shell "PS1=; fpath=($1 \$fpath); path=($2 \$path); autoload -Uz compinit; compinit -u -D; bindkey '^I' complete-word; zstyle ':completion:*' list-colors no=; print READY"
until zpty -r shell line && [[ $line == *READY* ]]; do :; done
zpty -n -w shell $'plasmastrat sample --outd\t'
sleep 2
zpty -n -w shell $' out-is-complete\n'
for i in {1..40}; do zpty -r -t shell line && print -r -- $line; sleep 0.05; done
zpty -d shell
ZSH
    timeout 60 zsh -f "$scratch/zsh.sh" "$root/usr/share/zsh/site-functions" "$root/usr/bin" >"$scratch/zsh.log" 2>&1
    grep -q -- '--outdir' "$scratch/zsh.log" && ok || bad "zsh completion of options" "$scratch/zsh.log"
else
    skip "zsh completion" "no zsh"
fi

# a program of others with the library
cat >"$scratch/use.c" <<'C'
#include <plasmastrat/panel.h>
#include <stdio.h>
int main(void) {
    ps_panel panel = {0};
    ps_error error = {0};
    if (ps_panel_load("grch38", &panel, &error) < 0) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    puts(panel.name);
    ps_panel_free(&panel);
    return 0;
}
C
check "make install into another place" make DESTDIR= PREFIX="$scratch/prefix" install
export PKG_CONFIG_PATH=$scratch/prefix/lib/pkgconfig
# shellcheck disable=SC2046
check "compile against the library" ${CC:-cc} -std=c11 $(pkg-config --cflags plasmastrat) -o "$scratch/use" "$scratch/use.c" $(pkg-config --libs plasmastrat)
[ "$("$scratch/use")" = grch38 ] && ok || bad "a program with the library"
[ "$(pkg-config --modversion plasmastrat)" = "$("$installed" --version | sed -n 's/^plasmastrat //p')" ] && ok || bad "version in the pkg-config file"

# the conda recipe: its data, and its steps in the environment that conda-build gives them (conda is not run)
check "conda recipe" python3 - "$pipelines/packaging/conda/meta.yaml" "$("$installed" --version | sed -n 's/^plasmastrat //p')" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
assert re.search(r'set version = "(.*)"', text)[1] == sys.argv[2].replace("-", "")  # conda's versions have no hyphen
for part in ("package:", "source:", "build:", "requirements:", "test:", "about:", "extra:", "run_exports:", "license_file:"):
    assert part in text, part
makefile = open("Makefile").read()
for package in re.search(r"PACKAGES := (.*)", makefile)[1].split():
    assert f"- {package}" in text, package
PY
mkdir "$scratch/conda" && tar -cf - include LICENSE Makefile panels pipelines src | tar -xf - -C "$scratch/conda"
check "conda build.sh" env -C "$scratch/conda" CPU_COUNT=2 CC="${CC:-cc}" CFLAGS="-O0" CPPFLAGS="-DNDEBUG" LDFLAGS="-Wl,-O1" \
    PREFIX="$scratch/conda-prefix" bash "$pipelines/packaging/conda/build.sh"
check "the program of conda build.sh" "$scratch/conda-prefix/bin/plasmastrat" sample --help
skip "conda-build itself" "conda is in none of the package registries used here"
finish
