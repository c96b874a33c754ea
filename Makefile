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
OUT	= bin/obj
BIN	= bin

WARN	= -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	  -Wmissing-prototypes -Wvla
HARDEN	= -fPIE -fstack-protector-strong -fno-strict-aliasing
FORTIFY	= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
OPT	= -O2
CFLAGS	= $(OPT) -g $(WARN) $(HARDEN) $(FORTIFY)
CPPFLAGS = -Ilib -D_GNU_SOURCE -DVERSION='"$(VERSION)"'
LDFLAGS	= -pie -Wl,-z,relro,-z,now,-z,noexecstack
LIBS	= -lpcre2-8 -larchive -lz -lcrypto -lseccomp -lmagic -lpthread

TOOLS	= $(patsubst src/%.c,%,$(wildcard src/*.c))
LIBSRC	= $(wildcard lib/*/*.c)
LIBOBJ	= $(LIBSRC:%.c=$(OUT)/%.o)
UNITS	= $(patsubst t/unit/%.c,%,$(wildcard t/unit/*.c))
FUZZERS	= $(patsubst t/fuzz/%.c,%,$(wildcard t/fuzz/*.c))
COMPILE	= $(CC) -std=c11 $(CPPFLAGS) $(CFLAGS) -MMD -MP

all: $(TOOLS:%=$(BIN)/%)

$(OUT)/libpostmortem.a: $(LIBOBJ)
	@rm -f $@
	$(AR) rcs $@ $(LIBOBJ)

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

$(TOOLS:%=$(BIN)/%): $(BIN)/%: $(OUT)/src/%.o $(OUT)/libpostmortem.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Unit tests are programs of their own: bin/obj/t/unit/NAME, run by t/unit.t.
units: $(UNITS:%=$(OUT)/t/unit/%)

$(OUT)/t/unit/%: $(OUT)/t/unit/%.o $(OUT)/libpostmortem.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

-include $(LIBOBJ:.o=.d) $(TOOLS:%=$(OUT)/src/%.d) \
	$(UNITS:%=$(OUT)/t/unit/%.d)

clean:
	rm -rf $(OUT) $(TOOLS:%=$(BIN)/%)

.PHONY: all units clean
.SECONDARY:
