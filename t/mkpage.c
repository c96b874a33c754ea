/*
 * mkpage - print doc/mxrecord.5, made from the field table
 *
 * make doc writes the page anew; t/pages.t compares it with the one that is
 * checked in.
 */
#include <stdio.h>

#include "base/field.h"

static const char head[] =
".\\\" Made by make doc from lib/base/field.h; do not edit.\n"
".Dd November 25, 2026\n"
".Dt MXRECORD 5\n"
".Os Postmortem\n"
".Sh NAME\n"
".Nm mxrecord\n"
".Nd records that the Postmortem tools read and write\n"
".Sh DESCRIPTION\n"
"The tools of\n"
".Xr postmortem 7\n"
"write and read records: one flat JSON object a line, or, with\n"
".Fl o Cm tsv ,\n"
"one line of values with tabs between them.\n"
"No object is nested and no value is an array, so that\n"
".Xr jq 1 ,\n"
".Xr awk 1\n"
"and any database take them as they are.\n"
".Pp\n"
"Keys stand in the order of the table below and are absent when they are\n"
"unknown; an empty string is a known empty value:\n"
".Li \\(dqfrom\\(dq:\\(dq\\(dq\n"
"is the null sender.\n"
"Identifiers, times and codes are strings.\n"
"Counts, sizes, offsets, process IDs and delays are numbers, with the digits\n"
"that were logged.\n"
"Several values of one key are joined by one space, in the order seen.\n"
".Pp\n"
"Bytes that are not UTF-8 are written as lone surrogates,\n"
".Li \\eudc80\n"
"to\n"
".Li \\eudcff ,\n"
"and read back as the bytes that they were.\n"
"Control, bidirectional and zero-width characters are written as\n"
".Li \\euXXXX ,\n"
"so that records can be shown on a terminal.\n"
".Ss Formats\n"
".Bl -tag -width json\n"
".It Cm json\n"
"The default, one object a line.\n"
".It Cm tsv\n"
"A header line with the keys, then one line a record.\n"
"An absent value is\n"
".Li \\eN ;\n"
"tab, newline, carriage return and backslash are written\n"
".Li \\et ,\n"
".Li \\en ,\n"
".Li \\er\n"
"and\n"
".Li \\e\\e .\n"
"Tools read it back.\n"
".It Cm csv\n"
"For spreadsheets, and guarded against formulas: a value that would be taken\n"
"for one gets an apostrophe in front.\n"
"It is not read back.\n"
".El\n"
".Ss Types of records\n"
".Bl -tag -width coverage\n"
".It Cm event\n"
"One log line, understood.\n"
".It Cm message\n"
"The life of one queue ID, summed up.\n"
"Its\n"
".Cm tls\n"
"keys tell of the hop on which the message came in.\n"
"A client that was turned away before it got a queue ID is a message too,\n"
"with the queue ID\n"
".Li NOQUEUE .\n"
".It Cm delivery\n"
"One attempt to deliver to one recipient; follows its message.\n"
"Its\n"
".Cm tls\n"
"keys tell of the hop on which the message went out.\n"
".It Cm link\n"
"A parent of a message that was learned after the message had been written.\n"
".It Cm finding\n"
"What a judge has to say of a hop or a peer; see\n"
".Xr mxtls 1 .\n"
".It Cm source\n"
"One for each input, at the end: its size and hash, its format, how many\n"
"lines were understood, and how the tool was confined.\n"
".It Cm coverage\n"
"One for each host, at the end: the period, the counts of lines, the gaps,\n"
"and whether TLS logging was on.\n"
".It Cm piece\n"
"The head of what\n"
".Nm mxtrace Fl -partial\n"
"has written of one file, or, with\n"
".Cm damaged ,\n"
"a place where bytes of it are lost.\n"
".El\n"
".Pp\n"
"A stream without\n"
".Cm source\n"
"and\n"
".Cm coverage\n"
"records was cut short.\n"
".Ss Provenance\n"
"Every record tells the bytes that it rests on.\n"
".Cm src\n"
"is a file, or a path into one: compressed data is\n"
".Li mail.log.2.gz@0-GZIP ,\n"
"a member of a bundle\n"
".Li logs.tgz!var/log/mail.log ,\n"
"standard input\n"
".Li - .\n"
"What\n"
".Xr mxcarve 1\n"
"finds in a compressed file inside of an image is\n"
".Li disk.img@1234560-GZIP ;\n"
"behind damage in it, decoded from a bit on,\n"
".Li disk.img@1234560-GZIP@1300000.3-DEFLATE ;\n"
"and with a bit inverted that was wrong,\n"
".Li disk.img@1234560-GZIP@1300000.3-BITFLIP .\n"
".Cm off\n"
"and\n"
".Cm len\n"
"count in the stream that\n"
".Cm src\n"
"names.\n"
"In names,\n"
".Li \\&! ,\n"
".Li @ ,\n"
".Li %\n"
"and control characters are percent-encoded.\n"
".Xr mxquote 1\n"
"prints those bytes again.\n"
".Ss Keys\n"
"Every key, its type, and what it means:\n"
".Bl -tag -width client_name_and\n";

static const char tail[] =
".El\n"
".Sh EXAMPLES\n"
"Columns for other tools:\n"
".Pp\n"
".Dl mxtrace mail.log | mxgrep -o tsv -f time,from,to,status type=delivery\n"
".Pp\n"
"How often each TLS verdict was given, with its reason:\n"
".Pp\n"
".Dl mxtrace mail.log | jq -r 'select(.type==\\(dqdelivery\\(dq) | \\(dq\\e(.tls) \\e(.tls_why)\\(dq' | sort | uniq -c\n"
".Sh SEE ALSO\n"
".Xr mxgrep 1 ,\n"
".Xr mxlog 1 ,\n"
".Xr mxquote 1 ,\n"
".Xr mxtime 1 ,\n"
".Xr mxtls 1 ,\n"
".Xr mxtrace 1 ,\n"
".Xr postmortem 7\n";

static const char *
type_word(enum field_type t)
{
	switch (t) {
	case FIELD_STR:
		return "text";
	case FIELD_NUM:
		return "number";
	case FIELD_BOOL:
		return "boolean";
	case FIELD_TIME:
		return "time";
	case FIELD_HOST:
		return "host name";
	case FIELD_ADDR:
		return "address";
	case FIELD_MAIL:
		return "mail address";
	}
	return "text";
}

/* Our own text as a sentence, with what is markup to mdoc made plain. */
static void
put_text(const char *s)
{
	int start = 1;
	char last = '\0';

	for (; *s != '\0'; s++) {
		if (start && (*s == '.' || *s == '\''))
			(void)fputs("\\&", stdout);
		if (*s == '\\')
			(void)fputs("\\e", stdout);
		else
			(void)putchar(*s);
		start = 0;
		last = *s;
	}
	(void)puts(last == '.' ? "" : ".");
}

int
main(void)
{
	(void)fputs(head, stdout);
	for (size_t f = 0; f < FIELD_N; f++) {
		(void)printf(".It Cm %.*s Pq %s\n",
		    (int)field_info[f].name.len,
		    (const char *)field_info[f].name.ptr,
		    type_word(field_info[f].type));
		put_text(field_info[f].text);
	}
	(void)fputs(tail, stdout);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
