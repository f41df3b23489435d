# plasmastrat. `make help` lists the targets.
CC      ?= cc
PREFIX  ?= /usr/local
MODE    ?= release

PACKAGES := htslib zlib libdeflate jansson
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

SOURCES := $(sort $(wildcard src/*/*.c))
OBJECTS := $(SOURCES:%.c=$B/%.o)
UNITS   := $(sort $(wildcard tests/unit/test_*.c))
UNIT_PROGRAMS := $(UNITS:%.c=$B/%)
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
$B/src/report/embed.o: $(wildcard src/report/*.html src/report/*.json)

$B/tests/unit/%: tests/unit/%.c $B/libplasmastrat.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $B/libplasmastrat.a $(ALL_LIBS) -lcmocka

-include $(OBJECTS:.o=.d) $B/src/main.d $(UNIT_PROGRAMS:%=%.d)
