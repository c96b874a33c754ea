# Postmortem: build, test, install.  GNU make; gcc or clang.
#
#   make          build the tools into bin/
#   make demo     install what is missing, build, trace the sample logs
#   make check    install what the tests need, build, run all tests
#   make help     all targets

PREFIX	= /usr/local
DESTDIR	=
VERSION	= 0.1

CC	?= cc
BIN	= bin
OUT	= $(BIN)/obj

WARN	= -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	  -Wmissing-prototypes -Wvla
HARDEN	= -fPIE -fstack-protector-strong -fno-strict-aliasing
FORTIFY	= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
OPT	= -O3
# With gcc the tools are optimized as a whole; a fifth fewer instructions.
# What the profile calls hot may be put inside of what calls it, however long;
# three of a hundred fewer.
LTO	:= $(if $(findstring clang,$(shell $(CC) --version 2>/dev/null)),,\
	  -flto=auto -ffat-lto-objects \
	  --param max-inline-insns-auto=300 \
	  --param max-inline-insns-single=600 \
	  --param large-function-growth=1000 \
	  --param large-stack-frame-growth=5000)
CFLAGS	= $(OPT) $(LTO) -g $(WARN) $(HARDEN) $(FORTIFY)
# And by a profile: what objects built to count did on the sample logs, and on
# one as busy sites have.  It is made once, until make clean; make PROFILE=
# does without.  A sixth less time.
PROFILE	= $(if $(strip $(LTO)),$(OUT)/train/profile)
BY_PROFILE = $(if $(PROFILE),-fprofile-use -fprofile-partial-training \
	  -fprofile-correction \
	  -Wno-missing-profile -Wno-coverage-mismatch)
CPPFLAGS = -Ilib -D_GNU_SOURCE -DVERSION='"$(VERSION)"'
LDFLAGS	= -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
LIBS	= -lpcre2-8 -larchive -lz -llzma -lzstd -lbz2 -llz4 -lcrypto -lmagic -lseccomp -lewf -lpthread

# SAN=1: AddressSanitizer and UndefinedBehaviorSanitizer, in bin/san.
ifeq ($(SAN),1)
BIN	= bin/san
OPT	= -O1 -fno-omit-frame-pointer
LTO	=
FORTIFY	= $(SANITIZE) -DSANITIZER_BUILD
endif
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all

TOOLS	= $(patsubst src/%.c,%,$(wildcard src/*.c))
LIBSRC	= $(wildcard lib/*/*.c)
LIBOBJ	= $(LIBSRC:%.c=$(OUT)/%.o) $(OUT)/policies.o
POLICIES = $(sort $(wildcard lib/policy/*.policy))
UNITS	= $(patsubst t/unit/%.c,%,$(wildcard t/unit/*.c))
FUZZERS	= $(patsubst t/fuzz/%.c,%,$(wildcard t/fuzz/*.c))
PAGES	= $(wildcard doc/*.[157])
SHELL_FILES = $(shell grep -lE '^\#!/bin/(ba)?sh' .ci/* t/* t/*/* 2>/dev/null)
COMPILE	= $(CC) -std=c11 $(CPPFLAGS) $(CFLAGS) -MMD -MP
LINK	= $(CC) $(CFLAGS) $(LDFLAGS)
# Tests need not be fast, but are many.
LINK_TEST = $(CC) $(filter-out -flto%,$(CFLAGS)) -fno-lto $(LDFLAGS)

# The tools whose counts make the profile.
TRAINERS = mxlog mxtrace
# Static functions are known by the name of their object, so this must be that
# of the later one, beside which the counts are then written.
TRAINED	= -fprofile-generate -fprofile-update=single \
	  -dumpdir $(dir $(OUT)/$*) -MF $(@:.o=.d)

# make V=1 shows whole commands.
SHOW	= $(if $(V),,@echo '$(1) $@';)

# Sub-makes use all processors, unless make was told how many.
JOBS	= $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
SUB	= @+$(MAKE) --no-print-directory $(JOBS)
DEMO	= $(wildcard samples/lab/hops.log samples/lab/in-tls-iso.log)
FUZZ_SECONDS = 60
FUZZ_DIR = $(or $(TMPDIR),/tmp)/postmortem-fuzz
INSTALL	= install

all: $(TOOLS:%=$(BIN)/%)

$(OUT)/libpostmortem.a: $(LIBOBJ)
	@rm -f $@
	$(call SHOW,ar) $(AR) rcs $@ $(LIBOBJ)

$(OUT)/%.o: %.c Makefile | $(PROFILE)
	@mkdir -p $(@D)
	$(call SHOW,cc) $(COMPILE) $(BY_PROFILE) -c -o $@ $<

$(OUT)/train/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call SHOW,cc) $(COMPILE) $(TRAINED) -c -o $@ $<

# What counts is written when a tool ends, which a sandbox would not allow.
$(OUT)/train/profile: $(LIBSRC:%.c=$(OUT)/train/%.o) \
    $(TRAINERS:%=$(OUT)/train/src/%.o) t/bench/mklog.c
	@rm -f $(@D)/lib.a $(patsubst $(OUT)/train/%.o,$(OUT)/%.gcda,$(filter %.o,$^))
	@$(AR) rcs $(@D)/lib.a $(filter $(OUT)/train/lib/%,$^)
	@$(CC) -std=c11 $(CPPFLAGS) -O1 -o $(@D)/mklog t/bench/mklog.c
	@$(@D)/mklog -s 4M -c $(@D)/busy.counts >$(@D)/busy.log
	@for t in $(TRAINERS); do \
	    $(LINK) -fno-lto -fprofile-generate -o $(@D)/$$t \
	    $(@D)/src/$$t.o $(@D)/lib.a $(LIBS) && \
	    for f in samples/lab/*.log $(@D)/busy.log; do \
	    $(@D)/$$t -q --no-sandbox --no-hash --year 2026 $$f >/dev/null || \
	    exit 1; done || exit 1; done
	@touch $@

# The built-in policies as a C table (lib/policy/builtin.h).
$(OUT)/policies.c: $(POLICIES) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "policy/builtin.h"'; n=0; list=; \
	for p in $(POLICIES); do \
	    name=$${p##*/} && name=$${name%.policy} && n=$$((n + 1)) && \
	    echo "static const unsigned char text$$n[] = {" && \
	    od -An -v -tx1 $$p | sed 's/[0-9a-f][0-9a-f]/0x&,/g' && \
	    echo '};' && list="$$list\
	{ { (const unsigned char *)\"$$name\", sizeof(\"$$name\") - 1 },\
	  { text$$n, sizeof(text$$n) } }," || exit 1; done; \
	echo "const struct builtin builtin_table[] = {$$list };"; \
	echo "const size_t builtin_n = $$n;"; } >$@

$(OUT)/policies.o: $(OUT)/policies.c
	$(call SHOW,cc) $(COMPILE) -c -o $@ $<

$(TOOLS:%=$(BIN)/%): $(BIN)/%: $(OUT)/src/%.o $(OUT)/libpostmortem.a
	$(call SHOW,ld) $(LINK) -o $@ $^ $(LIBS)

# Unit tests are programs of their own: bin/obj/t/unit/NAME, run by t/unit.t.
units: $(UNITS:%=$(OUT)/t/unit/%)

$(OUT)/t/unit/%: $(OUT)/t/unit/%.o $(OUT)/libpostmortem.a
	$(call SHOW,ld) $(LINK_TEST) -o $@ $^ -lcmocka $(LIBS)

# Fuzz entries without a fuzzer, to be given their seeds by t/fuzz.t.
replays: $(FUZZERS:%=$(OUT)/t/replay/%)

$(OUT)/t/replay/%: $(OUT)/t/fuzz/%.o $(OUT)/t/replay.o \
    $(OUT)/libpostmortem.a
	@mkdir -p $(@D)
	$(call SHOW,ld) $(LINK) -o $@ $^ $(LIBS)

# Every object, linked or not: for lint.
objects: $(LIBOBJ) $(TOOLS:%=$(OUT)/src/%.o) $(UNITS:%=$(OUT)/t/unit/%.o) \
	$(FUZZERS:%=$(OUT)/t/fuzz/%.o) $(OUT)/t/mkpage.o $(OUT)/t/replay.o

# The page of the record, made from the field table; t/pages.t compares.
$(OUT)/t/mkpage: $(OUT)/t/mkpage.o $(OUT)/libpostmortem.a
	$(call SHOW,ld) $(LINK) -o $@ $^ $(LIBS)

mkpage: $(OUT)/t/mkpage

doc: mkpage
	$(OUT)/t/mkpage >doc/mxrecord.5.new
	mv doc/mxrecord.5.new doc/mxrecord.5

-include $(LIBOBJ:.o=.d) $(TOOLS:%=$(OUT)/src/%.d) \
	$(LIBSRC:%.c=$(OUT)/train/%.d) $(TRAINERS:%=$(OUT)/train/src/%.d) \
	$(UNITS:%=$(OUT)/t/unit/%.d) $(FUZZERS:%=$(OUT)/t/fuzz/%.d) \
	$(OUT)/t/mkpage.d $(OUT)/t/replay.d

demo:
	@t/install-packages build
	$(SUB) all
	$(BIN)/mxtrace $(DEMO) | $(BIN)/mxtime

# The tests find the tools in MX_BIN (bin), the unit programs in MX_BIN/obj.
# MX_BUILT tells them that everything is up to date.
PROVE	= MX_BIN=$(BIN) MX_BUILT=1 MXTRACE=$(BIN)/mxtrace \
	  prove -j2 -r t

BUILT	= all units replays mkpage

check:
	@t/install-packages build test
	$(SUB) $(BUILT)
	$(PROVE)

# Sanitizers find what a test run would survive; 99 is no status of a tool.
check-san:
	@t/install-packages build test
	$(SUB) SAN=1 $(BUILT)
	@+SAN=1 ASAN_OPTIONS=exitcode=99 LSAN_OPTIONS=exitcode=99 \
	    UBSAN_OPTIONS=print_stacktrace=1:exitcode=99 \
	    $(MAKE) --no-print-directory SAN=1 prove

prove:
	$(PROVE)

lint:
	@t/install-packages build lint
	$(SUB) CC=gcc LTO= OUT=bin/obj/lint-gcc WARN='$(WARN) -Werror' objects
	$(SUB) CC=clang LTO= OUT=bin/obj/lint-clang WARN='$(WARN) -Werror' objects
	cppcheck --quiet --std=c11 --language=c -j2 -Ilib -D_GNU_SOURCE \
	    -DVERSION='""' --enable=warning,performance,portability \
	    --inline-suppr --suppress=missingIncludeSystem \
	    --suppress=funcArgOrderDifferent:lib/base/mem.c \
	    --suppress=arrayIndexOutOfBoundsCond \
	    --error-exitcode=1 lib src t/mkpage.c t/replay.c
	shellcheck $(SHELL_FILES)
	mandoc -Tlint -W warning $(PAGES)
	prove t/layers.t t/pages.t

# BENCH=instructions counts what a line costs under callgrind instead, and
# BENCH=branches what a processor could not foresee, in an emulator.
BENCH	= run

bench:
	@t/install-packages build bench
	$(SUB) all
	t/bench/$(BENCH)

# What mxcarve recovers and makes up: doc/validation.md, anew.
validate:
	@t/install-packages build test
	$(SUB) all
	MX_BIN=$(BIN) t/validate/run doc/validation.md.new
	mv doc/validation.md.new doc/validation.md

# libFuzzer on every parser, from the seeds in t/fuzz/seeds/NAME; what it
# finds stays in FUZZ_DIR, outside the tree.
fuzz:
	@t/install-packages build fuzz
	$(SUB) CC=clang OUT=bin/obj/fuzz OPT='-O1 -fsanitize=fuzzer-no-link' \
	    FORTIFY='$(SANITIZE) -DSANITIZER_BUILD' fuzzers
	+$(MAKE) --no-print-directory -k OUT=bin/obj/fuzz \
	    $(FUZZERS:%=fuzz-%)

fuzzers: $(FUZZERS:%=$(OUT)/t/fuzz/%)

$(OUT)/t/fuzz/%: $(OUT)/t/fuzz/%.o $(OUT)/libpostmortem.a
	$(call SHOW,ld) $(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBS)

fuzz-%:
	@mkdir -p $(FUZZ_DIR)/$* $(FUZZ_DIR)/found
	$(OUT)/t/fuzz/$* -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	    -rss_limit_mb=4096 -print_final_stats=0 -verbosity=0 \
	    -artifact_prefix=$(FUZZ_DIR)/found/$*- $(FUZZ_DIR)/$* \
	    $(wildcard t/fuzz/seeds/$*)

# A real Postfix through all scenarios, as root.
lab:
	@t/install-packages build test
	$(SUB) all
	LAB_FULL=1 prove -v t/lab/lab.t

# Memory that is not freed, or read before it is set: what sanitizers miss.
validate-free:
	@t/install-packages build test
	$(SUB) all
	@for s in samples/lab/*.log samples/bad/*; do \
	    for t in 'mxlog' 'mxtrace -e' 'mxgrep -m type=message' mxtime; do \
	    [ -f $$s ] || continue; \
	    valgrind -q --leak-check=full --error-exitcode=99 \
	    $(BIN)/$$t -q --year 2026 $$s >/dev/null; \
	    [ $$? -lt 99 ] || { echo "$$t $$s" >&2; exit 1; } \
	    done || exit 1; \
	done

install: all
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin
	$(INSTALL) $(TOOLS:%=$(BIN)/%) $(DESTDIR)$(PREFIX)/bin
	for p in $(PAGES); do \
	    d=$(DESTDIR)$(PREFIX)/share/man/man$${p##*.} && \
	    $(INSTALL) -d $$d && $(INSTALL) -m 644 $$p $$d || exit 1; \
	done

uninstall:
	cd $(DESTDIR)$(PREFIX)/bin && rm -f $(TOOLS)
	for p in $(PAGES:doc/%=%); do \
	    rm -f $(DESTDIR)$(PREFIX)/share/man/man$${p##*.}/$$p; \
	done

clean:
	rm -rf bin/obj bin/san $(TOOLS:%=bin/%)

help:
	@echo 'make             build the tools into bin/'
	@echo 'make demo        install what is missing, build, trace a sample'
	@echo 'make check       install what the tests need, build, run them'
	@echo 'make check-san   the same with sanitizers, in bin/san'
	@echo 'make lint        warnings, layers, pages, shell files'
	@echo 'make bench       time the tools beside their peers (SIZE=1G)'
	@echo 'make fuzz        fuzz each parser for FUZZ_SECONDS (60)'
	@echo 'make lab         a real Postfix through all scenarios, as root'
	@echo 'make validate    what mxcarve recovers, as doc/validation.md'
	@echo 'make validate-free   the samples under valgrind'
	@echo 'make doc         make doc/mxrecord.5 anew from the field table'
	@echo 'make install     to DESTDIR PREFIX (/usr/local)'
	@echo 'make uninstall   from there'
	@echo 'make clean       remove what was built'

.PHONY: all units replays objects mkpage doc demo check check-san prove lint bench \
	fuzz fuzzers lab validate validate-free install uninstall clean help
.SECONDARY:
.DELETE_ON_ERROR:
