/*
 * rfc822 - any bytes as header fields, dates and Received lines: what is
 * found lies in what was given, and a field that was found is one again
 */
#include "fmt/rfc822.h"
#include "must.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), name, value;
	struct received r;
	int64_t sec;

	if (rfc822_field(s, &name, &value)) {
		inside(name, s);
		inside(value, s);
		must(name.len > 0 && name.ptr[0] > ' ');
		s = value;
	}
	if (rfc822_date(s, &sec))
		must(sec > INT64_C(-63000000000) && sec < INT64_C(253500000000));
	rfc822_received(s, &r);
	inside(r.from, s);
	inside(r.name, s);
	inside(r.addr, s);
	inside(r.by, s);
	inside(r.with, s);
	inside(r.id, s);
	inside(r.rcpt, s);
	inside(r.uid, s);
	inside(r.version, s);
	inside(r.cipher, s);
	inside(r.bits, s);
	must(r.tls == RECEIVED_TLS || r.version.ptr == NULL);
	return 0;
}
