# plasmastrat. `make help` lists the targets.
CC      ?= cc
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DATADIR ?= $(PREFIX)/share
MODE    ?= release
VERSION := $(shell sed -nE 's/^.define PS_VERSION "(.*)"/\1/p' include/plasmastrat/result.h)

PACKAGES := htslib jansson libdeflate zlib
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror
release  := -O2 -g
debug    := -O0 -g3
asan     := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
tsan     := -O1 -g -fsanitize=thread
MODEFLAGS := $($(MODE))
ifeq ($(MODEFLAGS),)
$(error MODE=$(MODE) is not one of release, debug, asan, tsan)
endif

CFLAGS  ?= $(MODEFLAGS)
ifneq ($(MODE),release)
override CFLAGS += $(MODEFLAGS)
endif
ALL_CFLAGS = -std=c11 -D_XOPEN_SOURCE=700 $(WARN) -Iinclude -pthread $(shell pkg-config --cflags $(PACKAGES)) $(CFLAGS) $(CPPFLAGS)
ALL_LIBS   = $(LDFLAGS) $(shell pkg-config --libs $(PACKAGES)) -lm -pthread

# Objects of the default build live in build/, of any other MODE or compiler in build-NAME/, so they never mix.
B       ?= $(if $(filter release,$(MODE)),build,build-$(MODE))
PROGRAM := $(if $(filter build,$(B)),plasmastrat,$(B)/plasmastrat)

SOURCES := $(sort $(wildcard src/*/*.c src/*/*/*.c))
OBJECTS := $(SOURCES:%.c=$B/%.o)
UNITS   := $(sort $(wildcard tests/unit/test_*.c))
UNIT_PROGRAMS := $(UNITS:%.c=$B/%)
FUZZ    := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_PROGRAMS := $(FUZZ:%.c=$B/%)
TEST_MINUTES := 8
PANEL_FILES := $(wildcard panels/*/*)

all: $(PROGRAM)

$(PROGRAM): $B/src/main.o $B/libplasmastrat.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LIBS)

$B/libplasmastrat.a: $(OBJECTS)
	rm -f $@ && ar rcs $@ $^

$B/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# These two embed files with .incbin, which the compiler's dependency scan does not see.
$B/src/panel/embed.o: $(PANEL_FILES)
$B/src/report/embed.o: $(wildcard src/report/*/*.html src/report/*.json src/report/*/*.json)

# Objects of their own: a change of the library links the units again, and no more.
$B/tests/unit/%: $B/tests/unit/%.o $B/libplasmastrat.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LIBS) -lcmocka -lz
.SECONDARY: $(UNIT_PROGRAMS:%=%.o)

# Fuzz targets: with replay.c as their main for `make test`; with libFuzzer's for `make fuzz`.
FUZZ_MAIN ?= tests/fuzz/replay.c
$B/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/input.c tests/fuzz/replay.c $(wildcard include/plasmastrat/*.h) $B/libplasmastrat.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< tests/fuzz/input.c $(FUZZ_MAIN) $B/libplasmastrat.a $(ALL_LIBS)

-include $(OBJECTS:.o=.d) $B/src/main.d $(UNIT_PROGRAMS:%=%.d)

demo:
	@.ci/need build demo
	@$(MAKE) --no-print-directory all
	@echo "Labelling the simulated samples of testdata/demo.tsv:"
	./plasmastrat batch testdata/demo.tsv -o demo --force
	@cut -f 1,3-10 demo/cohort.tsv
	@echo "Pages to open in a browser: demo/*.html"

test:
	@echo "make test takes about $(TEST_MINUTES) minutes on two processors (make soak has the long runs)"
	@.ci/need build demo test
	@$(MAKE) --no-print-directory run-tests

run-tests: $(PROGRAM) $(UNIT_PROGRAMS) $(FUZZ_PROGRAMS)
	@PLASMASTRAT=$(abspath $(PROGRAM)) FUZZ="$(FUZZ_PROGRAMS)" tests/run.sh $(UNIT_PROGRAMS)

# The long runs: hundreds of kills, thousands of damaged files, fuzzing, every suite under every sanitizer.
soak:
	@echo "make soak takes some hours"
	@.ci/run soak

# Changes of the code that a test must notice. MUTANTS=N: a seeded sample of the chosen ones; MUTANTS_RANDOM=N: N random
# changes below MUTANTS_PATHS, and the share of them that is noticed; SEED=S.
mutants:
	@.ci/need build demo test
ifeq ($(MUTANTS_RANDOM),)
	@tests/mutants/run.py chosen $(MUTANTS)
else
	@tests/mutants/run.py random $(MUTANTS_RANDOM) $(MUTANTS_PATHS)
endif

# Ten minutes of libFuzzer for each target; new inputs that matter stay in build-fuzz/found/NAME.
FUZZ_SECONDS ?= 600
fuzz:
	@.ci/need build tools
	@$(MAKE) --no-print-directory fuzz-programs B=build-fuzz CC=clang FUZZ_MAIN=-fsanitize=fuzzer \
		CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
	@tests/fuzz/run.sh fuzz $(FUZZ_SECONDS) $(FUZZ:tests/fuzz/%.c=build-fuzz/tests/fuzz/%)

fuzz-programs: $(FUZZ_PROGRAMS)

test-workflows:
	@.ci/need build demo test workflows package
	@$(MAKE) --no-print-directory all
	@PLASMASTRAT=$(abspath $(PROGRAM)) tests/workflows/run.sh

bench: all
	@.ci/need build demo test
	@PLASMASTRAT=$(abspath $(PROGRAM)) python3 tests/bench/bench.py

bench-real: all
	@PLASMASTRAT=$(abspath $(PROGRAM)) python3 tests/bench/real/bench_real.py $(BENCH_REAL)

bench-long: all
	@PLASMASTRAT=$(abspath $(PROGRAM)) python3 tests/bench/long/bench_long.py $(BENCH_LONG)

bench-indels: all
	@PLASMASTRAT=$(abspath $(PROGRAM)) python3 tests/bench/ras/bench_indels.py $(BENCH_INDELS)

bench-ras: all
	@PLASMASTRAT=$(abspath $(PROGRAM)) python3 tests/bench/ras/bench_ras.py $(BENCH_RAS)

$B/tests/bench/identity/%: tests/bench/identity/%.c $B/libplasmastrat.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $B/libplasmastrat.a $(ALL_LIBS)

bench-identity: $B/tests/bench/identity/bench_identity
	@$< $(BENCH_IDENTITY)

# The bench of each part of CCND1, in turn.
bench-ccnd1: all
	@.ci/need build test
	@failed=0; for part in copynumber junction expression; do \
	  echo "== $$part"; PLASMASTRAT=$(abspath $(PROGRAM)) python3 tests/bench/ccnd1/bench_$$part.py || failed=1; \
	done; exit $$failed

# This project's own validation: simulated and, where they are, real samples of known truth, by tests/validate/protocol.tsv.
validate: all
	@.ci/need build demo
	@test -e $B/validate/samples/sheet.tsv || python3 tests/validate/make_samples.py $B/validate/samples
	@./$(PROGRAM) validate $B/validate/samples/sheet.tsv --protocol tests/validate/protocol.tsv -o $B/validate --force \
	    --title "plasmastrat on simulated and real samples of known truth"
	@echo "The page to read, print and sign: $B/validate/validation.html"

# The man page and the pkg-config file are made from what the program and this file say.
$B/plasmastrat.1: $(PROGRAM) pipelines/packaging/man.sh
	pipelines/packaging/man.sh $(abspath $(PROGRAM)) > $@

install: all $B/plasmastrat.1
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(DATADIR)/plasmastrat $(DESTDIR)$(DATADIR)/man/man1 \
	    $(DESTDIR)$(DATADIR)/bash-completion/completions $(DESTDIR)$(DATADIR)/zsh/site-functions \
	    $(DESTDIR)$(PREFIX)/include/plasmastrat $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/plasmastrat
	install -m 644 src/report/sample.schema.json $(DESTDIR)$(DATADIR)/plasmastrat/sample.schema.json
	install -m 644 src/report/validation/validation.schema.json $(DESTDIR)$(DATADIR)/plasmastrat/validation.schema.json
	install -m 644 src/evidence/evidence.schema.json $(DESTDIR)$(DATADIR)/plasmastrat/evidence.schema.json
	install -m 644 $B/plasmastrat.1 $(DESTDIR)$(DATADIR)/man/man1/plasmastrat.1
	install -m 644 pipelines/packaging/completion/plasmastrat.bash $(DESTDIR)$(DATADIR)/bash-completion/completions/plasmastrat
	install -m 644 pipelines/packaging/completion/_plasmastrat $(DESTDIR)$(DATADIR)/zsh/site-functions/_plasmastrat
	install -m 644 include/plasmastrat/*.h $(DESTDIR)$(PREFIX)/include/plasmastrat
	install -m 644 $B/libplasmastrat.a $(DESTDIR)$(LIBDIR)/libplasmastrat.a
	sed -e 's#@PREFIX@#$(PREFIX)#; s#@LIBDIR@#$(LIBDIR)#; s#@VERSION@#$(VERSION)#; s#@PACKAGES@#$(PACKAGES)#' \
	    pipelines/packaging/plasmastrat.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/plasmastrat.pc

# A Debian source and binary package in build/deb.
deb:
	@.ci/need build package
	pipelines/packaging/make_deb.sh $(abspath build/deb)

format:
	clang-format -i src/*.c src/*/*.[ch] src/*/*/*.[ch] include/plasmastrat/*.h tests/unit/*.[ch]

lint:
	@.ci/need build tools
	clang-format --dry-run -Werror src/*.c src/*/*.[ch] src/*/*/*.[ch] tests/unit/*.[ch]
	cppcheck -j2 --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr -D_XOPEN_SOURCE=700 -Iinclude src
	printf '%s\n' src/*.c src/*/*.c src/*/*/*.c | xargs -P 2 -n 4 sh -c 'clang-tidy --quiet --config-file=.ci/clang-tidy \
	    --warnings-as-errors="*" "$$@" -- -std=c11 -D_XOPEN_SOURCE=700 -Iinclude $(shell pkg-config --cflags $(PACKAGES))' tidy

clean:
	rm -rf build build-* plasmastrat demo

help:
	@echo "make           build ./plasmastrat"
	@echo "make demo      install what is missing (Debian, root), build, label testdata/"
	@echo "make test      install what is missing, build, run every test: about $(TEST_MINUTES) minutes"
	@echo "make soak      the same tests long, under every sanitizer, with fuzzing: some hours"
	@echo "make mutants   changes of the code that a test must notice (MUTANTS=10; MUTANTS_RANDOM=40 SEED=1)"
	@echo "make test-workflows  run pipelines/ on Snakemake, Slurm, CWL and Nextflow, and build the packages"
	@echo "make bench     speed ratios against samtools in one run"
	@echo "make bench-real figures of the RAS caller on simulated real libraries (ART reads, bwa); BENCH_REAL=--quick"
	@echo "make bench-long figures of the RAS caller on long reads (minimap2, pbsim); BENCH_LONG=--quick"
	@echo "make bench-indels indels, multi-base changes and substitutions on ART reads aligned by bwa; BENCH_INDELS=--quick"
	@echo "make bench-ras sensitivity, false calls and intervals of the RAS caller, beside its peers"
	@echo "make validate  expected against found on samples of known truth: $(B)/validate/validation.html (some minutes)"
	@echo "make fuzz      libFuzzer on every reader, FUZZ_SECONDS=600 each (needs clang)"
	@echo "make bench-identity persons told apart and contamination found, on simulated counts"
	@echo "make bench-ccnd1 figures of CCND1: copy number (beside CNVkit), junction, expression"
	@echo "make lint      clang-format, cppcheck, clang-tidy"
	@echo "make deb       a Debian package in build/deb"
	@echo "make install   into DESTDIR/PREFIX (default /usr/local)"
	@echo "MODE=debug|asan|tsan, CC, CFLAGS and LDFLAGS are honoured"

.PHONY: all demo test run-tests soak mutants test-workflows fuzz fuzz-programs bench bench-ras bench-indels bench-real bench-long bench-identity bench-ccnd1 validate install deb format lint clean help
.DELETE_ON_ERROR:
