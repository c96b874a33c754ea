/*
 * mail - any bytes as a message: header and body lie inside, fields are in
 * the header, and a header is the same without what stands before it
 */
#include "scan/mail.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), name, value, whole;
	size_t at = slice_find(s, SLICE("Received: ")), pos = 0, len;
	enum mail_end how;
	struct mail m, again;

	if (at == SLICE_NONE)
		return 0;
	if (!mail_header(s, at, &m)) {
		must(m.past <= size);
		return 0;
	}
	must(m.start <= at && m.past <= size && m.past >= at);
	must(
	    m.header.ptr == data + m.start && m.header.len <= m.past - m.start);
	while (mail_field(m.header, &pos, &name, &value, &whole))
		must(whole.ptr >= m.header.ptr &&
		    whole.ptr + whole.len <= m.header.ptr + m.header.len);
	must(mail_header(slice_from(s, m.start), at - m.start, &again));
	must(again.start == 0 && again.header.len == m.header.len);
	len = mail_body(slice_from(s, m.past), &m, &how);
	must(len <= size - m.past);
	must(how != MAIL_MORE || len == size - m.past);
	return 0;
}
