/*
 * What lines give: every example of reference/postfix-logs.md 8 and, beside
 * hits and near misses, what strangers may write to imitate the layouts.  A
 * record is shown as its kind and class (and, for a tag that was cut, the
 * daemon inferred) and all its keys but the text.
 */
#include "fmt/postfix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "fmt/framing.h"

struct line_case {
	const char	*line;
	const char	*want;
};

struct text_case {
	const char	*tag;		/* "?": postfix, the program cut off */
	const char	*text;
	const char	*want;
};

static const struct line_case lines[] = {
	{ "Sep  1 10:04:04 mx postfix/postscreen[90]: CONNECT from [192.0.2.10]:51234 to [203.0.113.1]:25",
	    "screen understood|client_addr=192.0.2.10|client_port=51234|action=CONNECT from" },
	{ "Sep  1 10:04:04 mx postfix/postscreen[90]: PASS OLD [192.0.2.10]:51234",
	    "screen understood|client_addr=192.0.2.10|client_port=51234|action=PASS OLD" },
	{ "Sep  1 10:04:04 mx postfix/smtpd[100]: connect from client.example.net[192.0.2.10]",
	    "connect understood|client_name=client.example.net|client_addr=192.0.2.10" },
	{ "Sep  1 10:04:04 mx postfix/smtpd[100]: Anonymous TLS connection established from client.example.net[192.0.2.10]: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256",
	    "tls understood|client_name=client.example.net|client_addr=192.0.2.10|tls_version=TLSv1.3|tls_cipher=TLS_AES_256_GCM_SHA384|tls_bits=256|tls_trust=Anonymous|tls_kex=X25519|tls_sig=ECDSA (prime256v1)|tls_reused=false" },
	{ "Sep  1 10:04:05 mx postfix/smtpd[100]: NOQUEUE: reject: RCPT from client.example.net[192.0.2.10]: 550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown in virtual mailbox table; from=<ann@example.net> to=<nobody@example.com> proto=ESMTP helo=<client.example.net>",
	    "reject understood|qid=NOQUEUE|from=ann@example.net|to=nobody@example.com|client_name=client.example.net|client_addr=192.0.2.10|helo=client.example.net|protocol=ESMTP|dsn=5.1.1|action=reject|stage=RCPT|reply_code=550|reason=<nobody@example.com>: Recipient address rejected: User unknown in virtual mailbox table" },
	{ "Sep  1 10:04:05 mx postfix/smtpd[100]: 1E240140202: client=client.example.net[192.0.2.10]",
	    "client understood|qid=1E240140202|client_name=client.example.net|client_addr=192.0.2.10" },
	{ "Sep  1 10:04:05 mx postfix/cleanup[101]: 1E240140202: message-id=<20260901.1@client.example.net>",
	    "message-id understood|qid=1E240140202|message_id=<20260901.1@client.example.net>" },
	{ "Sep  1 10:04:05 mx postfix/qmgr[102]: 1E240140202: from=<ann@example.net>, size=4312, nrcpt=2 (queue active)",
	    "queued understood|qid=1E240140202|from=ann@example.net|size=4312|nrcpt=2" },
	{ "Sep  1 10:04:05 mx postfix/smtpd[100]: disconnect from client.example.net[192.0.2.10] ehlo=2 starttls=1 mail=1 rcpt=2/3 data=1 quit=1 commands=8/9",
	    "disconnect understood|commands=ehlo=2 starttls=1 mail=1 rcpt=2/3 data=1 quit=1 commands=8/9|client_name=client.example.net|client_addr=192.0.2.10" },
	{ "Sep  1 10:04:06 mx postfix/smtp[200]: connect to mx1.example.org[2001:db8::25]:25: Network is unreachable",
	    "other understood|relay=mx1.example.org[2001:db8::25]:25|relay_name=mx1.example.org|relay_addr=2001:db8::25|relay_port=25|reason=connect to mx1.example.org[2001:db8::25]:25: Network is unreachable" },
	{ "Sep  1 10:04:07 mx postfix/smtp[200]: Trusted TLS connection established to mx1.example.org[198.51.100.25]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519MLKEM768 server-signature RSA-PSS (2048 bits) server-digest SHA256",
	    "tls understood|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|tls_version=TLSv1.3|tls_cipher=TLS_AES_256_GCM_SHA384|tls_bits=256|tls_trust=Trusted|tls_kex=X25519MLKEM768|tls_sig=RSA-PSS (2048 bits)|tls_reused=false" },
	{ "Sep  1 10:04:07 mx postfix/smtp[200]: 1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2.4, delays=0.6/0.01/1.2/0.6, tls=may, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 3D091140203)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=sent|dsn=2.0.0|delay=2.4|delay_before=0.6|delay_queue=0.01|delay_conn=1.2|delay_xmit=0.6|reply=250 2.0.0 Ok: queued as 3D091140203|tls_policy=may|next_qid=3D091140203" },
	{ "Sep  1 10:04:07 mx postfix/lmtp[201]: 1E240140202: to=<carl@example.com>, orig_to=<sales@example.com>, relay=mx.example.com[private/dovecot-lmtp], delay=0.9, delays=0.6/0.01/0.01/0.28, tls=none, dsn=2.0.0, status=sent (250 2.0.0 <carl@example.com> aB3xY7 Saved)",
	    "delivery understood|qid=1E240140202|to=carl@example.com|orig_to=sales@example.com|relay=mx.example.com[private/dovecot-lmtp]|relay_name=mx.example.com|relay_addr=private/dovecot-lmtp|status=sent|dsn=2.0.0|delay=0.9|delay_before=0.6|delay_queue=0.01|delay_conn=0.01|delay_xmit=0.28|reply=250 2.0.0 <carl@example.com> aB3xY7 Saved|tls_policy=none" },
	{ "Sep  1 10:04:07 mx postfix/qmgr[102]: 1E240140202: removed",
	    "removed understood|qid=1E240140202" },
	{ "2026-09-01T10:04:05.120001+00:00 out postfix/submission/smtpd[301]: 4hZ1fY0sf8z9s6S: client=unknown[203.0.113.77], sasl_method=PLAIN, sasl_username=alice@example.com",
	    "client understood|qid=4hZ1fY0sf8z9s6S|client_name=unknown|client_addr=203.0.113.77|sasl_method=PLAIN|sasl_user=alice@example.com" },
	{ "2026-09-01T10:04:05.160002+00:00 out postfix/cleanup[302]: 4hZ1fY0sf8z9s6S: message-id=<4hZ1fY0sf8z9s6S@out.example.com>",
	    "message-id understood|qid=4hZ1fY0sf8z9s6S|message_id=<4hZ1fY0sf8z9s6S@out.example.com>" },
	{ "2026-09-01T10:04:05.170003+00:00 out postfix/qmgr[303]: 4hZ1fY0sf8z9s6S: from=<alice@example.com>, size=812, nrcpt=1 (queue active)",
	    "queued understood|qid=4hZ1fY0sf8z9s6S|from=alice@example.com|size=812|nrcpt=1" },
	{ "2026-09-01T10:04:35.180004+00:00 out postfix/smtp[304]: connect to mail.example.org[198.51.100.40]:25: Connection timed out",
	    "other understood|relay=mail.example.org[198.51.100.40]:25|relay_name=mail.example.org|relay_addr=198.51.100.40|relay_port=25|reason=connect to mail.example.org[198.51.100.40]:25: Connection timed out" },
	{ "2026-09-01T10:04:35.180104+00:00 out postfix/smtp[304]: 4hZ1fY0sf8z9s6S: to=<dora@example.org>, relay=none, delay=30, delays=0.05/0.01/30/0, dsn=4.4.1, status=deferred (connect to mail.example.org[198.51.100.40]:25: Connection timed out)",
	    "delivery understood|qid=4hZ1fY0sf8z9s6S|to=dora@example.org|relay=none|status=deferred|dsn=4.4.1|delay=30|delay_before=0.05|delay_queue=0.01|delay_conn=30|delay_xmit=0|reply=connect to mail.example.org[198.51.100.40]:25: Connection timed out" },
	{ "2026-09-01T10:34:35.180004+00:00 out postfix/error[305]: 4hZ1fY0sf8z9s6S: to=<dora@example.org>, relay=none, delay=1830, delays=1830/0.01/0/0.02, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to mail.example.org[198.51.100.40]:25: Connection timed out)",
	    "delivery understood|qid=4hZ1fY0sf8z9s6S|to=dora@example.org|relay=none|status=deferred|dsn=4.4.1|delay=1830|delay_before=1830|delay_queue=0.01|delay_conn=0|delay_xmit=0.02|reply=delivery temporarily suspended: connect to mail.example.org[198.51.100.40]:25: Connection timed out" },
	{ "2026-09-06T10:05:01.000001+00:00 out postfix/qmgr[303]: 4hZ1fY0sf8z9s6S: from=<alice@example.com>, status=expired, returned to sender",
	    "expired understood|qid=4hZ1fY0sf8z9s6S|from=alice@example.com|status=expired" },
	{ "2026-09-06T10:05:01.100001+00:00 out postfix/bounce[306]: 4hZ1fY0sf8z9s6S: sender non-delivery notification: 4hd5RK0hz5z9s7k",
	    "bounce-notice understood|qid=4hZ1fY0sf8z9s6S|action=sender non-delivery|next_qid=4hd5RK0hz5z9s7k" },
	{ "2026-09-06T10:05:01.110001+00:00 out postfix/qmgr[303]: 4hZ1fY0sf8z9s6S: removed",
	    "removed understood|qid=4hZ1fY0sf8z9s6S" },
	{ "Sep  1 10:05:00 mx postfix/smtpd[110]: warning: hostname host.example.net does not resolve to address 203.0.113.9: Name or service not known",
	    "warning understood|severity=warning|reason=hostname host.example.net does not resolve to address 203.0.113.9: Name or service not known" },
	{ "Sep  1 10:05:00 mx postfix/smtpd[110]: connect from unknown[203.0.113.9]",
	    "connect understood|client_name=unknown|client_addr=203.0.113.9" },
	{ "Sep  1 10:05:01 mx postfix/smtpd[110]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=info",
	    "auth-failure understood|severity=warning|client_name=unknown|client_addr=203.0.113.9|sasl_method=LOGIN|sasl_user=info|reason=authentication failed: UGFzc3dvcmQ6" },
	{ "Sep  1 10:05:01 mx postfix/smtpd[110]: NOQUEUE: lost connection after AUTH from unknown[203.0.113.9]",
	    "other understood|qid=NOQUEUE|client_name=unknown|client_addr=203.0.113.9|stage=AUTH|reason=lost connection" },
	{ "Sep  1 10:05:01 mx postfix/smtpd[110]: disconnect from unknown[203.0.113.9] ehlo=1 auth=0/1 commands=1/2",
	    "disconnect understood|commands=ehlo=1 auth=0/1 commands=1/2|client_name=unknown|client_addr=203.0.113.9" },
	{ "Sep  1 10:05:02 mx postfix/smtpd[111]: NOQUEUE: reject: RCPT from unknown[203.0.113.10]: 554 5.7.1 Service unavailable; Client host [203.0.113.10] blocked using bl.example.org; listed; from=<x@example.net> to=<bob@example.com> proto=SMTP helo=<x>",
	    "reject understood|qid=NOQUEUE|from=x@example.net|to=bob@example.com|client_name=unknown|client_addr=203.0.113.10|helo=x|protocol=SMTP|dsn=5.7.1|action=reject|stage=RCPT|reply_code=554|reason=Service unavailable; Client host [203.0.113.10] blocked using bl.example.org; listed" },
	{ "Sep  1 10:05:03 mx postfix/smtpd[112]: NOQUEUE: reject_warning: MAIL from unknown[203.0.113.11]: 450 4.1.8 <y@example.invalid>: Sender address rejected: Domain not found; from=<y@example.invalid> proto=ESMTP helo=<y.example.net>",
	    "other understood|qid=NOQUEUE|from=y@example.invalid|client_name=unknown|client_addr=203.0.113.11|helo=y.example.net|protocol=ESMTP|dsn=4.1.8|action=reject_warning|stage=MAIL|reply_code=450|reason=<y@example.invalid>: Sender address rejected: Domain not found" },
	{ "Sep  1 10:05:04 mx postfix/smtpd[113]: 3D091140203: filter: RCPT from client.example.net[192.0.2.10]: <ann@example.net>: Sender address triggers FILTER smtp:[127.0.0.1]:10024; from=<ann@example.net> to=<bob@example.com> proto=ESMTP helo=<client.example.net>",
	    "other understood|qid=3D091140203|from=ann@example.net|to=bob@example.com|client_name=client.example.net|client_addr=192.0.2.10|helo=client.example.net|protocol=ESMTP|action=filter|stage=RCPT|reason=<ann@example.net>: Sender address triggers FILTER smtp:[127.0.0.1]:10024" },
	{ "Sep  1 10:05:05 mx postfix/smtpd[113]: 3D091140203: hold: RCPT from client.example.net[192.0.2.10]: <bob@example.com>: Recipient address triggers HOLD action; from=<ann@example.net> to=<bob@example.com> proto=ESMTP helo=<client.example.net>",
	    "held understood|qid=3D091140203|from=ann@example.net|to=bob@example.com|client_name=client.example.net|client_addr=192.0.2.10|helo=client.example.net|protocol=ESMTP|action=hold|stage=RCPT|reason=<bob@example.com>: Recipient address triggers HOLD action" },
	{ "Sep  1 10:05:06 mx postfix/smtpd[114]: F1206140243: milter-reject: RCPT from unknown[203.0.113.12]: 451 4.7.1 Greylisted, try later; from=<z@example.net> to=<bob@example.com> proto=ESMTP helo=<z.example.net>",
	    "milter understood|qid=F1206140243|from=z@example.net|to=bob@example.com|client_name=unknown|client_addr=203.0.113.12|helo=z.example.net|protocol=ESMTP|dsn=4.7.1|action=milter-reject|stage=RCPT|reply_code=451|reason=Greylisted, try later" },
	{ "Sep  1 10:05:07 mx postfix/smtpd[115]: improper command pipelining after CONNECT from unknown[203.0.113.13]: GET / HTTP/1.1\\r\\nHost: mx.example.com\\r\\n\\r\\n",
	    "other understood|client_name=unknown|client_addr=203.0.113.13|stage=CONNECT|reason=improper command pipelining" },
	{ "Sep  1 10:05:08 mx postfix/smtpd[116]: warning: non-SMTP command from unknown[203.0.113.14]: GET / HTTP/1.1",
	    "warning understood|severity=warning|client_name=unknown|client_addr=203.0.113.14|reason=non-SMTP command from unknown[203.0.113.14]: GET / HTTP/1.1" },
	{ "Sep  1 10:05:09 mx postfix/smtpd[117]: 00007140244: timeout after DATA (15032 bytes) from slow.example.net[192.0.2.99]",
	    "other understood|qid=00007140244|client_name=slow.example.net|client_addr=192.0.2.99|stage=DATA|reason=timeout" },
	{ "Sep  1 10:05:09 mx postfix/cleanup[101]: 00007140244: removed (canceled)",
	    "removed understood|qid=00007140244|reason=canceled" },
	{ "Sep  1 10:05:10 mx postfix/smtpd[118]: warning: Connection rate limit exceeded: 61 from unknown[203.0.113.15] for service smtp",
	    "warning understood|severity=warning|client_name=unknown|client_addr=203.0.113.15|reason=Connection rate limit exceeded: 61 from unknown[203.0.113.15] for service smtp" },
	{ "Sep  1 10:05:11 mx postfix/smtpd[119]: SSL_accept error from unknown[203.0.113.16]: -1",
	    "tls understood|client_name=unknown|client_addr=203.0.113.16|reason=SSL_accept error from unknown[203.0.113.16]: -1" },
	{ "Sep  1 10:05:11 mx postfix/smtpd[119]: warning: TLS library problem: error:0A0000C1:SSL routines::no shared cipher:ssl/statem/statem_srvr.c:2220:",
	    "warning understood|severity=warning|reason=TLS library problem: error:0A0000C1:SSL routines::no shared cipher:ssl/statem/statem_srvr.c:2220:" },
	{ "Sep  1 10:05:11 mx postfix/smtpd[119]: NOQUEUE: lost connection after STARTTLS from unknown[203.0.113.16]",
	    "other understood|qid=NOQUEUE|client_name=unknown|client_addr=203.0.113.16|stage=STARTTLS|reason=lost connection" },
	{ "Sep  1 10:05:12 mx postfix/smtpd[120]: NOQUEUE: client=client.example.net[192.0.2.10]",
	    "client understood|qid=NOQUEUE|client_name=client.example.net|client_addr=192.0.2.10" },
	{ "Sep  1 10:05:13 mx postfix/smtpd[120]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 7A1202800001; from=<ann@example.net> to=<bob@example.com> proto=ESMTP helo=<client.example.net>",
	    "other understood|from=ann@example.net|to=bob@example.com|helo=client.example.net|protocol=ESMTP|dsn=2.0.0|action=proxy-accept|stage=END-OF-MESSAGE|reply_code=250|reason=Ok: queued as 7A1202800001|next_qid=7A1202800001" },
	{ "Sep  1 10:05:14 mx postfix/smtpd[121]: warning: Illegal address syntax from unknown[203.0.113.17] in MAIL command: <a b@example.net",
	    "warning understood|severity=warning|client_name=unknown|client_addr=203.0.113.17|reason=Illegal address syntax from unknown[203.0.113.17] in MAIL command: <a b@example.net" },
	{ "Sep  1 10:06:00 mx postfix/pickup[130]: 1E240140202: uid=1001 from=<carl>",
	    "pickup understood|qid=1E240140202|from=carl|uid=1001" },
	{ "Sep  1 10:06:00 mx postfix/cleanup[101]: 1E240140202: warning: header Subject: Cheap pills from local; from=<carl@example.com> to=<bob@example.org>: suspicious",
	    "header-check understood|qid=1E240140202|from=carl@example.com|to=bob@example.org|subject=Cheap pills|action=warning|stage=header|reason=suspicious" },
	{ "Sep  1 10:06:01 mx postfix/cleanup[101]: 3D091140203: reject: header Subject: win a prize from unknown[203.0.113.20]; from=<p@example.net> to=<bob@example.com> proto=ESMTP helo=<p.example.net>: 5.7.1 no prizes",
	    "header-check understood|qid=3D091140203|from=p@example.net|to=bob@example.com|client_name=unknown|client_addr=203.0.113.20|helo=p.example.net|protocol=ESMTP|subject=win a prize|dsn=5.7.1|action=reject|stage=header|reason=no prizes" },
	{ "Sep  1 10:06:02 mx postfix/cleanup[101]: F1206140243: milter-reject: END-OF-MESSAGE from unknown[203.0.113.21]: 5.7.1 virus found; from=<v@example.net> to=<bob@example.com> proto=ESMTP helo=<v.example.net>",
	    "milter understood|qid=F1206140243|from=v@example.net|to=bob@example.com|client_name=unknown|client_addr=203.0.113.21|helo=v.example.net|protocol=ESMTP|dsn=5.7.1|action=milter-reject|stage=END-OF-MESSAGE|reason=virus found" },
	{ "Sep  1 10:06:03 mx postfix/postsuper[131]: 3D091140203: requeued",
	    "requeued understood|qid=3D091140203" },
	{ "Sep  1 10:06:03 mx postfix/postsuper[131]: Requeued: 1 message",
	    "other understood" },
	{ "Sep  1 10:06:04 mx postfix/pickup[130]: F1206140243: uid=89 from=<ann@example.net> orig_id=3D091140203",
	    "pickup understood|qid=F1206140243|from=ann@example.net|uid=89|orig_id=3D091140203" },
	{ "Sep  1 10:06:05 mx postfix/smtpd[132]: 7A1202800001: client=localhost[127.0.0.1], orig_queue_id=1E240140202, orig_client=client.example.net[192.0.2.10]",
	    "client understood|qid=7A1202800001|client_name=localhost|client_addr=127.0.0.1|orig_queue_id=1E240140202|orig_client=client.example.net[192.0.2.10]" },
	{ "Sep  1 10:06:05 mx postfix/smtp[133]: 1E240140202: to=<bob@example.com>, relay=127.0.0.1[127.0.0.1]:10024, conn_use=3, delay=0.8, delays=0.1/0/0/0.7, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 7A1202800001)",
	    "delivery understood|qid=1E240140202|to=bob@example.com|relay=127.0.0.1[127.0.0.1]:10024|relay_name=127.0.0.1|relay_addr=127.0.0.1|relay_port=10024|status=sent|dsn=2.0.0|delay=0.8|delay_before=0.1|delay_queue=0|delay_conn=0|delay_xmit=0.7|conn_use=3|reply=250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 7A1202800001|next_qid=7A1202800001" },
	{ "Sep  1 10:06:06 mx postfix/local[134]: 1E240140202: to=<staff@mx.example.com>, orig_to=<staff>, relay=local, delay=0.12, delays=0.05/0.01/0/0.06, dsn=2.0.0, status=sent (forwarded as 3D091140203)",
	    "delivery understood|qid=1E240140202|to=staff@mx.example.com|orig_to=staff|relay=local|status=sent|dsn=2.0.0|delay=0.12|delay_before=0.05|delay_queue=0.01|delay_conn=0|delay_xmit=0.06|reply=forwarded as 3D091140203|next_qid=3D091140203" },
	{ "Sep  1 10:06:07 mx postfix/local[134]: 3D091140203: to=<\"odd name\"@mx.example.com>, relay=local, delay=0.05, delays=0.03/0/0/0.02, dsn=5.1.1, status=bounced (unknown user: \"odd name\")",
	    "delivery understood|qid=3D091140203|to=\"odd name\"@mx.example.com|relay=local|status=bounced|dsn=5.1.1|delay=0.05|delay_before=0.03|delay_queue=0|delay_conn=0|delay_xmit=0.02|reply=unknown user: \"odd name\"" },
	{ "Sep  1 10:06:08 mx postfix/pipe[135]: F1206140243: to=<fax@example.com>, relay=hylafax, delay=1.1, delays=0.1/0.01/0/1, dsn=2.0.0, status=sent (delivered via hylafax service (job 17 (queued)))",
	    "delivery understood|qid=F1206140243|to=fax@example.com|relay=hylafax|status=sent|dsn=2.0.0|delay=1.1|delay_before=0.1|delay_queue=0.01|delay_conn=0|delay_xmit=1|reply=delivered via hylafax service (job 17 (queued))" },
	{ "Sep  1 10:06:09 mx postfix/virtual[136]: F1206140243: to=<carl@example.com>, relay=virtual, delay=0.06, delays=0.03/0.01/0/0.02, dsn=2.0.0, status=sent (delivered to maildir)",
	    "delivery understood|qid=F1206140243|to=carl@example.com|relay=virtual|status=sent|dsn=2.0.0|delay=0.06|delay_before=0.03|delay_queue=0.01|delay_conn=0|delay_xmit=0.02|reply=delivered to maildir" },
	{ "Sep  1 10:06:10 mx postfix/discard[137]: F1206140243: to=<noreply@example.com>, relay=none, delay=0.02, delays=0.01/0/0/0.01, dsn=2.0.0, status=sent (silently dropped)",
	    "delivery understood|qid=F1206140243|to=noreply@example.com|relay=none|status=sent|dsn=2.0.0|delay=0.02|delay_before=0.01|delay_queue=0|delay_conn=0|delay_xmit=0.01|reply=silently dropped" },
	{ "Sep  1 10:06:11 mx postfix/smtp[138]: 1E240140202: to=<v@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=0.4, delays=0/0/0.3/0.1, dsn=2.1.5, status=deliverable (250 2.1.5 Ok)",
	    "delivery understood|qid=1E240140202|to=v@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=deliverable|dsn=2.1.5|delay=0.4|delay_before=0|delay_queue=0|delay_conn=0.3|delay_xmit=0.1|reply=250 2.1.5 Ok" },
	{ "Sep  1 10:06:12 mx postfix/postsuper[139]: 7A1202800001: placed on hold",
	    "held understood|qid=7A1202800001" },
	{ "Sep  1 10:06:13 mx postfix/postsuper[140]: Deleted: 12 messages",
	    "other understood" },
	{ "Sep  1 10:07:00 mx postfix/smtp[210]: Untrusted TLS connection established to mail.example.net[192.0.2.30]:25: TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)",
	    "tls understood|relay=mail.example.net[192.0.2.30]:25|relay_name=mail.example.net|relay_addr=192.0.2.30|relay_port=25|tls_version=TLSv1.2|tls_cipher=ECDHE-RSA-AES256-GCM-SHA384|tls_bits=256|tls_trust=Untrusted|tls_reused=false" },
	{ "Sep  1 10:07:01 mx postfix/smtp[211]: Verified TLS connection established to mx.example.org[198.51.100.26]:25: TLSv1.3 with cipher TLS_CHACHA20_POLY1305_SHA256 (256/256 bits) key-exchange ECDHE (P-256) server-signature ECDSA (P-256 raw public key) server-digest SHA256",
	    "tls understood|relay=mx.example.org[198.51.100.26]:25|relay_name=mx.example.org|relay_addr=198.51.100.26|relay_port=25|tls_version=TLSv1.3|tls_cipher=TLS_CHACHA20_POLY1305_SHA256|tls_bits=256|tls_trust=Verified|tls_kex=ECDHE (P-256)|tls_sig=ECDSA (P-256 raw public key)|tls_reused=false" },
	{ "Sep  1 10:07:01 mx postfix/smtp[211]: 3D091140203: to=<eve@example.org>, relay=mx.example.org[198.51.100.26]:25, delay=1, delays=0.1/0/0.7/0.2, tls=dane, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4hZ1fY1mRjz9s6T)",
	    "delivery understood|qid=3D091140203|to=eve@example.org|relay=mx.example.org[198.51.100.26]:25|relay_name=mx.example.org|relay_addr=198.51.100.26|relay_port=25|status=sent|dsn=2.0.0|delay=1|delay_before=0.1|delay_queue=0|delay_conn=0.7|delay_xmit=0.2|reply=250 2.0.0 Ok: queued as 4hZ1fY1mRjz9s6T|tls_policy=dane|next_qid=4hZ1fY1mRjz9s6T" },
	{ "Sep  1 10:07:02 mx postfix/smtp[212]: certificate verification failed for mx.example.com[203.0.113.40]:25: untrusted issuer /C=US/O=Example/CN=Example Test CA",
	    "tls understood|reason=certificate verification failed for mx.example.com[203.0.113.40]:25: untrusted issuer /C=US/O=Example/CN=Example Test CA" },
	{ "Sep  1 10:07:02 mx postfix/smtp[212]: Untrusted TLS connection established to mx.example.com[203.0.113.40]:25: TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits) key-exchange secp256r1 server-signature RSA-PSS (4096 bits) server-digest SHA256",
	    "tls understood|relay=mx.example.com[203.0.113.40]:25|relay_name=mx.example.com|relay_addr=203.0.113.40|relay_port=25|tls_version=TLSv1.3|tls_cipher=TLS_AES_128_GCM_SHA256|tls_bits=128|tls_trust=Untrusted|tls_kex=secp256r1|tls_sig=RSA-PSS (4096 bits)|tls_reused=false" },
	{ "Sep  1 10:07:02 mx postfix/smtp[212]: F1206140243: to=<hal@example.com>, relay=mx.example.com[203.0.113.40]:25, delay=0.9, delays=0.1/0/0.8/0, tls=!secure, dsn=4.7.5, status=deferred (Server certificate not verified)",
	    "delivery understood|qid=F1206140243|to=hal@example.com|relay=mx.example.com[203.0.113.40]:25|relay_name=mx.example.com|relay_addr=203.0.113.40|relay_port=25|status=deferred|dsn=4.7.5|delay=0.9|delay_before=0.1|delay_queue=0|delay_conn=0.8|delay_xmit=0|reply=Server certificate not verified|tls_policy=!secure" },
	{ "Sep  1 10:07:03 mx postfix/smtp[213]: SSL_connect error to old.example.net[192.0.2.31]:25: -1",
	    "tls understood|relay=old.example.net[192.0.2.31]:25|relay_name=old.example.net|relay_addr=192.0.2.31|relay_port=25|reason=SSL_connect error to old.example.net[192.0.2.31]:25: -1" },
	{ "Sep  1 10:07:03 mx postfix/smtp[213]: warning: TLS library problem: error:0A000102:SSL routines::unsupported protocol:ssl/statem/statem_lib.c:1987:",
	    "warning understood|severity=warning|reason=TLS library problem: error:0A000102:SSL routines::unsupported protocol:ssl/statem/statem_lib.c:1987:" },
	{ "Sep  1 10:07:03 mx postfix/smtp[213]: 1E240140202: Cannot start TLS: handshake failure",
	    "other understood|qid=1E240140202|reason=Cannot start TLS: handshake failure" },
	{ "Sep  1 10:07:04 mx postfix/smtp[213]: 1E240140202: to=<ivy@example.net>, relay=old.example.net[192.0.2.31]:25, delay=311, delays=310/0.01/0.9/0.2, tls=may:none, dsn=2.0.0, status=sent (250 OK id=1abcDE-0001Ab-2C)",
	    "delivery understood|qid=1E240140202|to=ivy@example.net|relay=old.example.net[192.0.2.31]:25|relay_name=old.example.net|relay_addr=192.0.2.31|relay_port=25|status=sent|dsn=2.0.0|delay=311|delay_before=310|delay_queue=0.01|delay_conn=0.9|delay_xmit=0.2|reply=250 OK id=1abcDE-0001Ab-2C|tls_policy=may:none" },
	{ "Sep  1 10:07:05 mx postfix/smtp[214]: 3D091140203: to=<jim@example.org>, relay=none, delay=0.2, delays=0.1/0/0.1/0, tls=unknown?, dsn=4.7.5, status=deferred (TLSA lookup error for mx3.example.org:25)",
	    "delivery understood|qid=3D091140203|to=jim@example.org|relay=none|status=deferred|dsn=4.7.5|delay=0.2|delay_before=0.1|delay_queue=0|delay_conn=0.1|delay_xmit=0|reply=TLSA lookup error for mx3.example.org:25|tls_policy=unknown?" },
	{ "Sep  1 10:07:06 mx postfix/smtp[215]: TLSRPT: status=failure, domain=example.org, receiving_mx=mx1.example.org[198.51.100.25], failure_type=starttls_not_supported",
	    "tlsrpt understood|relay=mx1.example.org[198.51.100.25]|relay_name=mx1.example.org|relay_addr=198.51.100.25|status=failure|reason=domain=example.org, receiving_mx=mx1.example.org[198.51.100.25], failure_type=starttls_not_supported" },
	{ "Sep  1 10:07:06 mx postfix/smtp[215]: 00007140244: to=<kim@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=0.5, delays=0.1/0/0.4/0, tls=!encrypt, dsn=4.7.4, status=deferred (TLS is required, but was not offered by host mx1.example.org[198.51.100.25])",
	    "delivery understood|qid=00007140244|to=kim@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=deferred|dsn=4.7.4|delay=0.5|delay_before=0.1|delay_queue=0|delay_conn=0.4|delay_xmit=0|reply=TLS is required, but was not offered by host mx1.example.org[198.51.100.25]|tls_policy=!encrypt" },
	{ "Sep  1 10:07:07 mx postfix/tlsproxy[220]: CONNECT to [198.51.100.27]:25",
	    "screen understood|client_addr=198.51.100.27|client_port=25|action=CONNECT to" },
	{ "Sep  1 10:07:07 mx postfix/tlsproxy[220]: Trusted TLS connection established to mx2.example.org[198.51.100.27]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)",
	    "tls understood|relay=mx2.example.org[198.51.100.27]:25|relay_name=mx2.example.org|relay_addr=198.51.100.27|relay_port=25|tls_version=TLSv1.3|tls_cipher=TLS_AES_256_GCM_SHA384|tls_bits=256|tls_trust=Trusted|tls_reused=false" },
	{ "Sep  1 10:07:07 mx postfix/smtp[216]: Trusted TLS connection established to mx2.example.org[198.51.100.27]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)",
	    "tls understood|relay=mx2.example.org[198.51.100.27]:25|relay_name=mx2.example.org|relay_addr=198.51.100.27|relay_port=25|tls_version=TLSv1.3|tls_cipher=TLS_AES_256_GCM_SHA384|tls_bits=256|tls_trust=Trusted|tls_reused=false" },
	{ "Sep  1 10:07:08 mx postfix/smtp[217]: Trusted TLS connection reused to mx2.example.org[198.51.100.27]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)",
	    "tls understood|relay=mx2.example.org[198.51.100.27]:25|relay_name=mx2.example.org|relay_addr=198.51.100.27|relay_port=25|tls_version=TLSv1.3|tls_cipher=TLS_AES_256_GCM_SHA384|tls_bits=256|tls_trust=Trusted|tls_reused=true" },
	{ "Sep  1 10:07:08 mx postfix/smtp[217]: 1E240140202: to=<lea@example.org>, relay=MX2.example.org[198.51.100.27]:25, conn_use=2, delay=0.3, delays=0.1/0/0/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: 4312 bytes queued as 3D091140203)",
	    "delivery understood|qid=1E240140202|to=lea@example.org|relay=MX2.example.org[198.51.100.27]:25|relay_name=MX2.example.org|relay_addr=198.51.100.27|relay_port=25|status=sent|dsn=2.0.0|delay=0.3|delay_before=0.1|delay_queue=0|delay_conn=0|delay_xmit=0.2|conn_use=2|reply=250 2.0.0 Ok: 4312 bytes queued as 3D091140203|next_qid=3D091140203" },
	{ "Sep  1 10:07:38 mx postfix/tlsproxy[220]: DISCONNECT [198.51.100.27]:25",
	    "screen understood|client_addr=198.51.100.27|client_port=25|action=DISCONNECT" },
	{ "Sep  1 10:07:40 mx postfix/smtp[218]: warning: MX name 'mx9.example.net' does not match STS MX pattern for 'example.net'",
	    "warning understood|severity=warning|reason=MX name 'mx9.example.net' does not match STS MX pattern for 'example.net'" },
	{ "Sep  1 10:07:41 mx postfix/smtp[219]: F1206140243: to=<mia@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=0.8, delays=0.1/0/0.7/0, tls=may?/!requiretls:nostarttls, dsn=5.7.30, status=bounced (Sender requested REQUIRETLS, but TLS service was not offered by host mx1.example.org[198.51.100.25])",
	    "delivery understood|qid=F1206140243|to=mia@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=bounced|dsn=5.7.30|delay=0.8|delay_before=0.1|delay_queue=0|delay_conn=0.7|delay_xmit=0|reply=Sender requested REQUIRETLS, but TLS service was not offered by host mx1.example.org[198.51.100.25]|tls_policy=may?/!requiretls:nostarttls" },
	{ "Sep  1 10:08:00 mx postfix/postscreen[90]: PREGREET 14 after 0.12 from [203.0.113.50]:40123: EHLO bot.test\\r\\n",
	    "screen understood|client_addr=203.0.113.50|client_port=40123|action=PREGREET" },
	{ "Sep  1 10:08:00 mx postfix/dnsblog[91]: addr 203.0.113.50 listed by domain bl.example.org as 127.0.0.2",
	    "screen understood|client_addr=203.0.113.50|action=DNSBL" },
	{ "Sep  1 10:08:06 mx postfix/postscreen[90]: DNSBL rank 3 for [203.0.113.50]:40123",
	    "screen understood|client_addr=203.0.113.50|client_port=40123|action=DNSBL rank" },
	{ "Sep  1 10:08:06 mx postfix/postscreen[90]: NOQUEUE: reject: RCPT from [203.0.113.50]:40123: 550 5.7.1 Service unavailable; client [203.0.113.50] blocked using bl.example.org; from=<q@example.net>, to=<bob@example.com>, proto=ESMTP, helo=<bot.test>",
	    "reject understood|qid=NOQUEUE|from=q@example.net|to=bob@example.com|client_addr=203.0.113.50|client_port=40123|helo=bot.test|protocol=ESMTP|dsn=5.7.1|action=reject|stage=RCPT|reply_code=550|reason=Service unavailable; client [203.0.113.50] blocked using bl.example.org" },
	{ "Sep  1 10:08:07 mx postfix/postscreen[90]: HANGUP after 0.5 from [203.0.113.50]:40123 in tests after SMTP handshake",
	    "screen understood|client_addr=203.0.113.50|client_port=40123|action=HANGUP" },
	{ "Sep  1 10:08:07 mx postfix/postscreen[90]: DISCONNECT [203.0.113.50]:40123",
	    "screen understood|client_addr=203.0.113.50|client_port=40123|action=DISCONNECT" },
	{ "Sep  1 10:08:08 mx postfix/postscreen[90]: ALLOWLISTED [192.0.2.10]:51300",
	    "screen understood|client_addr=192.0.2.10|client_port=51300|action=ALLOWLISTED" },
	{ "Sep  1 10:12:00 mx postfix/anvil[92]: statistics: max connection rate 61/60s for (smtp:203.0.113.15) at Sep  1 10:05:10",
	    "statistics understood" },
	{ "Sep  1 10:12:00 mx postfix/scache[93]: statistics: domain lookup hits=3 miss=9 success=25%",
	    "statistics understood" },
	{ "Sep 01 10:13:00 mx postfix/postfix-script[400]: refreshing the Postfix mail system",
	    "config understood" },
	{ "Sep 01 10:13:00 mx postfix/master[1]: reload -- version 3.11.1, configuration /etc/postfix",
	    "config understood" },
	{ "Sep 01 10:13:01 mx postfix/master[1]: warning: process /usr/libexec/postfix/smtpd pid 512 killed by signal 9",
	    "warning understood|severity=warning|reason=process /usr/libexec/postfix/smtpd pid 512 killed by signal 9" },
	{ "Sep  1 10:13:02 mx last message repeated 2 times",
	    "other foreign" },
	{ "Sep  1 10:13:03 mx postfix/smtpd[513]: message repeated 3 times: [ warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6]",
	    "auth-failure understood|severity=warning|client_name=unknown|client_addr=203.0.113.9|sasl_method=LOGIN|reason=authentication failed: UGFzc3dvcmQ6" },
	{ "<20>1 2026-09-01T10:13:04.000001Z mx.example.com postfix-out/smtp 600 - - warning: no MX host for example.invalid has a valid address record",
	    "warning understood|severity=warning|reason=no MX host for example.invalid has a valid address record" },
};

static const struct text_case texts[] = {
	/* deliveries: replies that imitate the layout */
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2.4, delays=0.6/0.01/1.2/0.6, dsn=5.0.0, status=bounced (host mx1.example.org[198.51.100.25] said: 550 <x@v>), relay=none, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (250 ok (in reply to RCPT TO command))",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=bounced|dsn=5.0.0|delay=2.4|delay_before=0.6|delay_queue=0.01|delay_conn=1.2|delay_xmit=0.6|reply=host mx1.example.org[198.51.100.25] said: 550 <x@v>), relay=none, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (250 ok (in reply to RCPT TO command)" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=5.0.0, status=bounced (550 <v@v>, relay=none, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (250 ok: queued as ABC123))",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=bounced|dsn=5.0.0|delay=2|reply=550 <v@v>, relay=none, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (250 ok: queued as ABC123)" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=2.0.0, status=sent (250 ok queued as ABC)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=sent|dsn=2.0.0|delay=2|reply=250 ok queued as ABC" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=2.0.0, status=sent (250 Ok: queued as 3D091140203 for delivery)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=sent|dsn=2.0.0|delay=2|reply=250 Ok: queued as 3D091140203 for delivery|next_qid=3D091140203" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=2.0.0, status=sent (250 queued as 3D091140203abc)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=sent|dsn=2.0.0|delay=2|reply=250 queued as 3D091140203abc" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=2.0.0, status=sent (250 queued as F1206140243, really queued as 3D091140203)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=sent|dsn=2.0.0|delay=2|reply=250 queued as F1206140243, really queued as 3D091140203|next_qid=3D091140203" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=4.0.0, status=deferred (450 not queued as 3D091140203)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=deferred|dsn=4.0.0|delay=2|reply=450 not queued as 3D091140203" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=none, delay=0.1, delays=0.1/0, dsn=4.3.0, status=deferred (mail transport unavailable)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=none|status=deferred|dsn=4.3.0|delay=0.1|delay_before=0.1|delay_queue=0|reply=mail transport unavailable" },
	{ "postfix/pipe", "1E240140202: to=<bob@example.org>, relay=dovecot, delay=1, delays=0/0/0/1, dsn=4.3.0, status=deferred (temporary failure. Command output: try later )",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=dovecot|status=deferred|dsn=4.3.0|delay=1|delay_before=0|delay_queue=0|delay_conn=0|delay_xmit=1|reply=temporary failure. Command output: try later " },
	/* recipients that imitate the layout */
	{ "postfix/smtp", "1E240140202: to=<\"a>, relay=none, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (x\"@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, delays=1/0/0/1, dsn=5.1.1, status=bounced (no)",
	    "delivery understood|qid=1E240140202|to=\"a>, relay=none, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (x\"@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=bounced|dsn=5.1.1|delay=2|delay_before=1|delay_queue=0|delay_conn=0|delay_xmit=1|reply=no" },
	{ "postfix/smtp", "1E240140202: to=<\"q\\\"uote>, relay=x\"@example.org>, orig_to=<\"b>, relay=y\"@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=5.1.1, status=bounced (no)",
	    "delivery understood|qid=1E240140202|to=\"q\\\"uote>, relay=x\"@example.org|orig_to=\"b>, relay=y\"@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=bounced|dsn=5.1.1|delay=2|reply=no" },
	{ "postfix/local", "1E240140202: to=<odd>, relay=x@example.org>, relay=local, delay=2, dsn=5.1.1, status=bounced (unknown user: \"odd>, relay=x\")",
	    "delivery understood|qid=1E240140202|to=odd>, relay=x@example.org|relay=local|status=bounced|dsn=5.1.1|delay=2|reply=unknown user: \"odd>, relay=x\"" },
	{ "postfix/local", "1E240140202: to=<a b@example.org>, orig_to=<c>, relay=d@example.org>, relay=local, delay=2, dsn=5.1.1, status=bounced (no)",
	    "delivery understood|qid=1E240140202|to=a b@example.org|orig_to=c>, relay=d@example.org|relay=local|status=bounced|dsn=5.1.1|delay=2|reply=no" },
	{ "postfix/local", "1E240140202: to=<\"half@example.org>, relay=local, delay=2, dsn=5.1.1, status=bounced (no)",
	    "delivery understood|qid=1E240140202|to=\"half@example.org|relay=local|status=bounced|dsn=5.1.1|delay=2|reply=no" },
	{ "postfix/local", "1E240140202: to=<>, relay=local, delay=2, dsn=5.1.1, status=bounced (no)",
	    "delivery understood|qid=1E240140202|to=|relay=local|status=bounced|dsn=5.1.1|delay=2|reply=no" },
	/* deliveries that were cut */
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=5.1.1, status=bounced (host mx1.example.org[198.51.100.25] said: 550 (see http",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=bounced|dsn=5.1.1|delay=2|reply=host mx1.example.org[198.51.100.25] said: 550 (see http" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=5.1.1, status=bounced (host (a) b",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=bounced|dsn=5.1.1|delay=2|reply=host (a) b" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=5.1.1, status=bounced",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx1.example.org[198.51.100.25]:25|relay_name=mx1.example.org|relay_addr=198.51.100.25|relay_port=25|status=bounced|dsn=5.1.1|delay=2" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=5.1.1, status=bounc",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=5.1.1, status=",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2, dsn=5.1.1",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2.",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx1.exam",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/local", "1E240140202: to=<bob@exam",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E240140202: to=<\" after RCPT from unknown[192.0.2.66]\"@x>",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E24014020",
	    "unknown unknown" },
	/* near misses of deliveries */
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=none, delay=x, dsn=5.1.1, status=sent (ok)",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=none, delay=1., dsn=5.1.1, status=sent (ok)",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=none, dsn=5.1.1, delay=1, status=sent (ok)",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, delay=1, relay=none, status=sent (ok)",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "NOQUEUE: to=<bob@example.org>, relay=none, delay=1, status=sent (ok)",
	    "unknown unknown|qid=NOQUEUE" },
	/* IDs that Postfix does not make: in edited logs */
	{ "postfix/smtp", "1e240140202: to=<bob@example.org>, relay=none, delay=1, status=sent (ok)",
	    "delivery understood|qid=1e240140202|to=bob@example.org|relay=none|status=sent|delay=1|reply=ok|note=odd-queue-id" },
	{ "postfix/smtp", "4XyzAbc12VzE: to=<bob@example.org>, relay=mx[192.0.2.1]:25, delay=1, status=sent (250 Ok: queued as ABC123XYZ)",
	    "delivery understood|qid=4XyzAbc12VzE|to=bob@example.org|relay=mx[192.0.2.1]:25|relay_name=mx|relay_addr=192.0.2.1|relay_port=25|status=sent|delay=1|reply=250 Ok: queued as ABC123XYZ|next_qid=ABC123XYZ|note=odd-queue-id" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=mx[192.0.2.1]:25, delay=1, status=sent (250 Ok: queued as ABC123XYZ)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=mx[192.0.2.1]:25|relay_name=mx|relay_addr=192.0.2.1|relay_port=25|status=sent|delay=1|reply=250 Ok: queued as ABC123XYZ" },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, status=sent (250 Ok: queued as ABC123XYZ)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=127.0.0.1[127.0.0.1]:10024|relay_name=127.0.0.1|relay_addr=127.0.0.1|relay_port=10024|status=sent|delay=1|reply=250 Ok: queued as ABC123XYZ|next_qid=ABC123XYZ" },
	{ "postfix/qmgr", "MSG0001: removed", "removed understood|qid=MSG0001|note=odd-queue-id" },
	{ "postfix/smtp", "MSG0001: lost connection with a[192.0.2.1] while sending RCPT TO",
	    "other understood|qid=MSG0001|reason=lost connection with a[192.0.2.1] while sending RCPT TO|note=odd-queue-id" },
	{ "postfix/smtp", "MSG0001: a reason of its own", "unknown unknown" },
	{ "postfix/smtp", "1E240140202: a reason of its own", "other understood|qid=1E240140202|reason=a reason of its own" },
	{ "postfix/smtp", "NOQUEUE: a reason of its own", "unknown unknown|qid=NOQUEUE" },
	{ "postfix/qmgr", "MSGABC: removed", "unknown unknown" },
	{ "postfix/qmgr", "MSG01: removed", "unknown unknown" },
	{ "postfix/qmgr", "MSG-0001: removed", "unknown unknown" },
	{ "postfix/qmgr", "MSG0001: something else", "unknown unknown" },
	{ "postfix/qmgr", "ABCDEFGHIJKLMNOPQRSTUVWXYZ012: removed", "unknown unknown" },
	{ "postfix/smtpd", "MSG0001: client=mx[192.0.2.1], orig_queue_id=MSG0000, orig_client=a[192.0.2.2]",
	    "client understood|qid=MSG0001|client_name=mx|client_addr=192.0.2.1|note=odd-queue-id|orig_queue_id=MSG0000|orig_client=a[192.0.2.2]" },
	{ "postfix/bounce", "MSG0001: sender non-delivery notification: MSG0002",
	    "bounce-notice understood|qid=MSG0001|action=sender non-delivery|next_qid=MSG0002|note=odd-queue-id" },
	{ "postfix/smtp", "lost1 connection with mx.example.org[192.0.2.1] while sending RCPT TO", "unknown unknown" },
	/* what the configuration does to a session, and near misses */
	{ "postfix/smtp", "mx.example.org[192.0.2.25]:25: replacing server reply \"250-STARTTLS\" with \"250-X\"",
	    "other understood|relay=mx.example.org[192.0.2.25]:25|relay_name=mx.example.org|relay_addr=192.0.2.25|relay_port=25|reason=replacing server reply \"250-STARTTLS\" with \"250-X\"" },
	{ "postfix/smtp", "discarding EHLO keywords: STARTTLS", "other understood" },
	{ "postfix/postscreen", "[192.0.2.10]4711: discarding EHLO keywords: CHUNKING",
	    "other understood|client_addr=192.0.2.10|reason=discarding EHLO keywords: CHUNKING" },
	{ "postfix/postscreen", "[192.0.2.10]:4711: replacing command \"a\" with \"b\"",
	    "other understood|client_addr=192.0.2.10|client_port=4711|reason=replacing command \"a\" with \"b\"" },
	{ "postfix/smtpd", "mx.example.org[192.0.2.25]4711: discarding EHLO keywords: CHUNKING", "unknown unknown" },
	{ "postfix/smtp", "mx.example.org[192.0.2.25]:25: replaces nothing", "unknown unknown" },
	{ "postfix/smtpd", "connect from unknown[unknown]:unknown",
	    "connect understood|client_name=unknown|client_addr=unknown" },
	{ "postfix/smtpd", "1E240140202: client=unknown[192.0.2.10]:unknown, sasl_method=PLAIN",
	    "client understood|qid=1E240140202|client_name=unknown|client_addr=192.0.2.10|sasl_method=PLAIN" },
	{ "postfix/smtpd", "connect from unknown[192.0.2.10]:unknowns", "unknown unknown" },
	{ "postfix/smtpd", "connect from unknown[192.0.2.10]:unknown.example.org", "unknown unknown" },
	/* the queue manager and its clients when a service fails */
	{ "postfix/qmgr", "1E240140202: status=deferred (delay warning failed)",
	    "other understood|qid=1E240140202|reason=status=deferred (delay warning failed)" },
	{ "postfix/qmgr", "1E240140202: status=sent (delay warning failed)", "unknown unknown|qid=1E240140202" },
	{ "postfix/bounce", "1E240140202: not sending trace/success notification for double-bounce message",
	    "other understood|qid=1E240140202|reason=not sending trace/success notification for double-bounce message" },
	{ "postfix/cleanup", "1E240140202: masquerade_exceptions map lookup problem -- message not accepted, try again later",
	    "warning understood|qid=1E240140202|reason=masquerade_exceptions map lookup problem -- message not accepted, try again later" },
	{ "postfix/qmgr", "1E240140202: masquerade_exceptions map lookup problem -- message not accepted, try again later",
	    "unknown unknown|qid=1E240140202" },
	/* starts and reloads of old versions; TLS that cannot begin */
	{ "postfix/master", "reload configuration /etc/postfix", "config understood" },
	{ "postfix/master", "/etc/postfix/master.cf: line 12: using backwards-compatible default setting chroot=y",
	    "config understood" },
	{ "postfix/master", "reloads configuration /etc/postfix", "unknown unknown" },
	{ "postfix/smtp", "cannot set default OpenSSL certificate verification paths: disabling TLS support",
	    "warning understood" },
	{ "postfix/smtpd", "SSL_set_fd error to client.example.net[192.0.2.10]",
	    "tls understood|reason=SSL_set_fd error to client.example.net[192.0.2.10]" },
	/* commands are Postfix, too; other programs under its name are not */
	{ "postfix/postmap", "fatal: open /etc/postfix/main.cf: Permission denied",
	    "warning understood|severity=fatal|reason=open /etc/postfix/main.cf: Permission denied" },
	{ "postfix/postmaps", "fatal: open /etc/postfix/main.cf: Permission denied", "other foreign" },
	/* -v, debug: maps, libraries */
	{ "postfix/smtpd", "smtpd_check_rewrite: trying: permit_inet_interfaces", "other ignored" },
	{ "postfix/cleanup", "hash:/etc/aliases lookup: \"status=sent\" = \"not_found\"", "other ignored" },
	{ "postfix/cleanup", "hash:/etc/aliases finds: \"status=sent\" = \"not_found\"", "unknown unknown" },
	{ "postfix/cleanup", "plainword: no function of the source", "unknown unknown" },
	{ "postfix/smtpd", "unable to open Berkeley db /etc/sasldb: No such file or directory", "other understood" },
	{ "?", "MSG0001: removed", "unknown unknown " },
	{ "postfix/smtp", "1E240140202: to=<bob@example.org>, relay=none, delay=0.01, delays=0.01/x/-1/0.2/7, dsn=2.0.0, status=SOFTBOUNCE (ok)",
	    "delivery understood|qid=1E240140202|to=bob@example.org|relay=none|status=SOFTBOUNCE|dsn=2.0.0|delay=0.01|delay_before=0.01|delay_xmit=0.2|reply=ok" },
	/* smtp without to= */
	{ "postfix/smtp", "1E240140202: host mx1.example.org[198.51.100.25] said: 450 lost connection after RCPT from unknown[192.0.2.66] (in reply to RCPT TO command)",
	    "other understood|qid=1E240140202|reason=host mx1.example.org[198.51.100.25] said: 450 lost connection after RCPT from unknown[192.0.2.66] (in reply to RCPT TO command)" },
	{ "postfix/smtp", "1E240140202: lost connection with mx1.example.org[198.51.100.25] while sending end of data -- message may be sent more than once",
	    "other understood|qid=1E240140202|reason=lost connection with mx1.example.org[198.51.100.25] while sending end of data -- message may be sent more than once" },
	{ "postfix/smtp", "1E240140202: whatever a later version says",
	    "other understood|qid=1E240140202|reason=whatever a later version says" },
	{ "postfix/qmgr", "1E240140202: whatever a later version says",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtp", "1E240140202: replace: header Subject: x from unknown[192.0.2.66]; from=<e@v> to=<v@v> proto=SMTP helo=<h>",
	    "header-check understood|qid=1E240140202|subject=x from unknown[192.0.2.66]; from=<e@v> to=<v@v> proto=SMTP helo=<h>|action=replace|stage=header" },
	{ "postfix/smtp", "1E240140202: passing <bob@example.org> to transport=local",
	    "other understood|qid=1E240140202|reason=passing <bob@example.org> to transport=local" },
	{ "postfix/qmgr", "1E240140202: skipped, still being delivered",
	    "other understood|qid=1E240140202|reason=skipped, still being delivered" },
	{ "postfix/bounce", "1E240140202: status=deferred (bounce failed)",
	    "other understood|qid=1E240140202|reason=status=deferred (bounce failed)" },
	{ "postfix/smtp", "connect to mx1.example.org[2001:db8::25]:25: Network is unreachable",
	    "other understood|relay=mx1.example.org[2001:db8::25]:25|relay_name=mx1.example.org|relay_addr=2001:db8::25|relay_port=25|reason=connect to mx1.example.org[2001:db8::25]:25: Network is unreachable" },
	/* client */
	{ "postfix/smtpd", "1E240140202: client=unknown[192.0.2.10]:51234, sasl_method=PLAIN, sasl_username=a, b, sasl_sender=x@y, orig_queue_id=3D091140203, orig_client=a.example.net[192.0.2.1]",
	    "client understood|qid=1E240140202|client_name=unknown|client_addr=192.0.2.10|client_port=51234|sasl_method=PLAIN|sasl_user=a, b|orig_queue_id=3D091140203|orig_client=a.example.net[192.0.2.1]" },
	{ "postfix/smtpd", "1E240140202: client=unknown[192.0.2.10], sasl_method=LOGIN, sasl_username=mallory, sasl_method=X, sasl_username=ceo@example.com",
	    "client understood|qid=1E240140202|client_name=unknown|client_addr=192.0.2.10|sasl_method=LOGIN|sasl_user=mallory, sasl_method=X, sasl_username=ceo@example.com" },
	{ "postfix/smtpd", "1E240140202: client=unknown[192.0.2.10], orig_queue_id=nonsense, orig_client=unknown[unknown]",
	    "client understood|qid=1E240140202|client_name=unknown|client_addr=192.0.2.10|orig_client=unknown[unknown]" },
	{ "postfix/smtpd", "1E240140202: client=unknown[192.0.2.10]evil",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtpd", "1E240140202: client=unknown",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/smtpd", "1E240140202: client=localhost[::1]",
	    "client understood|qid=1E240140202|client_name=localhost|client_addr=::1" },
	{ "postfix/smtpd", "connect from unknown[192.0.2.10] and more",
	    "unknown unknown" },
	{ "postfix/smtpd", "connect from unknown[]",
	    "unknown unknown" },
	{ "postfix/smtpd", "disconnect from unknown[192.0.2.10]",
	    "disconnect understood|client_name=unknown|client_addr=192.0.2.10" },
	{ "postfix/smtpd", "lost connection after DATA (0 bytes) from unknown[192.0.2.10]",
	    "other understood|client_name=unknown|client_addr=192.0.2.10|stage=DATA|reason=lost connection" },
	{ "postfix/smtpd", "too many errors after RCPT from unknown[192.0.2.10]",
	    "other understood|client_name=unknown|client_addr=192.0.2.10|stage=RCPT|reason=too many errors" },
	{ "postfix/smtpd", "timeout after nothing from unknown[192.0.2.10]",
	    "unknown unknown" },
	{ "postfix/smtpd", "unknown[192.0.2.10]: replacing command \"a\" with \"b\"",
	    "other understood|client_name=unknown|client_addr=192.0.2.10" },
	{ "postfix/smtpd", "discarding EHLO keywords: CHUNKING",
	    "other understood" },
	/* rejects */
	{ "postfix/smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.10]: 554 5.7.1 <; from=<e@v> to=<v@v@x>: Relay access denied; from=<\"; from=<e@v> to=<v@v\"@x> to=<\"; from=<e@v> to=<v@v\"@x> proto=ESMTP helo=<h>",
	    "reject understood|qid=NOQUEUE|from=\"; from=<e@v> to=<v@v\"@x|to=\"; from=<e@v> to=<v@v\"@x|client_name=unknown|client_addr=192.0.2.10|helo=h|protocol=ESMTP|dsn=5.7.1|action=reject|stage=RCPT|reply_code=554|reason=<; from=<e@v> to=<v@v@x>: Relay access denied" },
	{ "postfix/smtpd", "NOQUEUE: reject: MAIL from unknown[192.0.2.10]: 450 4.1.8 <x; from=<@d>: Sender address rejected: Domain not found; from=<\"x; from=<\"@d> proto=ESMTP helo=<h>",
	    "reject understood|qid=NOQUEUE|from=\"x; from=<\"@d|client_name=unknown|client_addr=192.0.2.10|helo=h|protocol=ESMTP|dsn=4.1.8|action=reject|stage=MAIL|reply_code=450|reason=<x; from=<@d>: Sender address rejected: Domain not found" },
	{ "postfix/smtpd", "NOQUEUE: reject: MAIL from unknown[192.0.2.10]: 450 4.1.8 <x; from=<e@v> to=<@d>: Sender address rejected: Domain not found; from=<\"x; from=<e@v> to=<\"@d> proto=ESMTP helo=<h>",
	    "reject understood|qid=NOQUEUE|from=\"x; from=<e@v> to=<\"@d|client_name=unknown|client_addr=192.0.2.10|helo=h|protocol=ESMTP|dsn=4.1.8|action=reject|stage=MAIL|reply_code=450|reason=<x; from=<e@v> to=<@d>: Sender address rejected: Domain not found" },
	{ "postfix/smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.10]: 450 4.1.8 <@; from=<\"@x>: Sender address rejected: Domain not found; from=<\"@; from=<\\\"\"@x> to=<b@example.com> proto=ESMTP helo=<h>",
	    "reject understood|qid=NOQUEUE|from=\"@; from=<\\\"\"@x|to=b@example.com|client_name=unknown|client_addr=192.0.2.10|helo=h|protocol=ESMTP|dsn=4.1.8|action=reject|stage=RCPT|reply_code=450|reason=<@; from=<\"@x>: Sender address rejected: Domain not found" },
	{ "postfix/smtpd", "NOQUEUE: reject: CONNECT from unknown[192.0.2.10]: 554 5.7.1 <unknown[192.0.2.10]>: Client host rejected: Access denied; proto=SMTP",
	    "reject understood|qid=NOQUEUE|client_name=unknown|client_addr=192.0.2.10|protocol=SMTP|dsn=5.7.1|action=reject|stage=CONNECT|reply_code=554|reason=<unknown[192.0.2.10]>: Client host rejected: Access denied" },
	{ "postfix/smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.10]: 554 5.7.1 <a b@example.org>: Relay access denied; from=<> to=<\"a b\"@example.org> proto=ESMTP helo=<h> sasl_method=PLAIN sasl_username=alice@example.com sasl_sender=x",
	    "reject understood|qid=NOQUEUE|from=|to=\"a b\"@example.org|client_name=unknown|client_addr=192.0.2.10|helo=h|protocol=ESMTP|sasl_method=PLAIN|sasl_user=alice@example.com|dsn=5.7.1|action=reject|stage=RCPT|reply_code=554|reason=<a b@example.org>: Relay access denied" },
	{ "postfix/smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.10]: 554 5.7.1 <a b@example.org>: Relay access denied; from=<a b@example.net> to=<a b@example.org> proto=ESMTP helo=<h>",
	    "reject understood|qid=NOQUEUE|from=a b@example.net|to=a b@example.org|client_name=unknown|client_addr=192.0.2.10|helo=h|protocol=ESMTP|dsn=5.7.1|action=reject|stage=RCPT|reply_code=554|reason=<a b@example.org>: Relay access denied" },
	{ "postfix/smtpd", "NOQUEUE: reject: DATA from unknown[192.0.2.10]: 421 4.3.0 mx.example.com Server local data error",
	    "reject understood|qid=NOQUEUE|client_name=unknown|client_addr=192.0.2.10|dsn=4.3.0|action=reject|stage=DATA|reply_code=421|reason=mx.example.com Server local data error" },
	{ "postfix/smtpd", "1E240140202: reject: END-OF-MESSAGE from unknown[192.0.2.10]: bare <LF> received; from=<a@example.net> to=<b@example.com> proto=ESMTP helo=<h>",
	    "reject understood|qid=1E240140202|from=a@example.net|to=b@example.com|client_name=unknown|client_addr=192.0.2.10|helo=h|protocol=ESMTP|action=reject|stage=END-OF-MESSAGE|reason=bare <LF> received" },
	{ "postfix/smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.10]: 554 5.7.1 cut; from=<a@exam",
	    "reject understood|qid=NOQUEUE|client_name=unknown|client_addr=192.0.2.10|dsn=5.7.1|action=reject|stage=RCPT|reply_code=554|reason=cut; from=<a@exam" },
	{ "postfix/smtpd", "NOQUEUE: reject: RCPT from unknown",
	    "unknown unknown|qid=NOQUEUE" },
	{ "postfix/smtpd", "NOQUEUE: permit: RCPT from unknown[192.0.2.10]: action=permit_mynetworks for Client host=unknown[192.0.2.10]; from=<a@example.net> to=<b@example.com> proto=ESMTP helo=<h>",
	    "other understood|qid=NOQUEUE|from=a@example.net|to=b@example.com|client_name=unknown|client_addr=192.0.2.10|helo=h|protocol=ESMTP|action=permit|stage=RCPT|reason=action=permit_mynetworks for Client host=unknown[192.0.2.10]" },
	{ "postfix/smtpd", "NOQUEUE: abort: TLS from unknown[192.0.2.10]: No client certificate presented",
	    "reject understood|qid=NOQUEUE|client_name=unknown|client_addr=192.0.2.10|action=abort|stage=TLS|reason=No client certificate presented" },
	{ "postfix/smtpd", "1E240140202: milter-reject: END-OF-MESSAGE from unknown[192.0.2.10]: 550 5.7.1 spam; from=<a@example.net> to=<b@example.com> proto=ESMTP helo=<h> sasl_username=<alice <x> y>",
	    "milter understood|qid=1E240140202|from=a@example.net|to=b@example.com|client_name=unknown|client_addr=192.0.2.10|helo=h|protocol=ESMTP|sasl_user=alice <x> y|dsn=5.7.1|action=milter-reject|stage=END-OF-MESSAGE|reply_code=550|reason=spam" },
	{ "postfix/cleanup", "1E240140202: milter-hold: END-OF-MESSAGE from localhost[127.0.0.1]: milter triggers HOLD action; from=<a@example.net> to=<b@example.com>",
	    "milter understood|qid=1E240140202|from=a@example.net|to=b@example.com|client_name=localhost|client_addr=127.0.0.1|action=milter-hold|stage=END-OF-MESSAGE|reason=milter triggers HOLD action" },
	{ "postfix/smtpd", "NOQUEUE: reply filter in: 550 5.7.1 x from unknown[192.0.2.66]",
	    "other understood|qid=NOQUEUE|reason=reply filter in: 550 5.7.1 x from unknown[192.0.2.66]" },
	{ "postfix/smtpd", "proxy-reject: END-OF-MESSAGE: 554 5.7.1 virus queued as nothing; from=<a@example.net> to=<b@example.com> proto=ESMTP helo=<h> sasl_username=<alice>",
	    "reject understood|from=a@example.net|to=b@example.com|helo=h|protocol=ESMTP|sasl_user=alice|dsn=5.7.1|action=proxy-reject|stage=END-OF-MESSAGE|reply_code=554|reason=virus queued as nothing" },
	/* header checks */
	{ "postfix/cleanup", "1E240140202: reject: header Subject: a from unknown[192.0.2.66]; from=<e@v> to=<v@v> proto=ESMTP helo=<h>: 5.7.1 fake from unknown[203.0.113.20]; from=<p@example.net> to=<b@example.com> proto=ESMTP helo=<p>: 5.7.1 no prizes",
	    "header-check understood|qid=1E240140202|from=p@example.net|to=b@example.com|client_name=unknown|client_addr=203.0.113.20|helo=p|protocol=ESMTP|subject=a from unknown[192.0.2.66]; from=<e@v> to=<v@v> proto=ESMTP helo=<h>: 5.7.1 fake|dsn=5.7.1|action=reject|stage=header|reason=no prizes" },
	{ "postfix/cleanup", "1E240140202: warning: header Subject: a from unknown[192.0.2.66]; from=<e@v> to=<v@v> proto=ESMTP helo=<h> from local; from=<p@example.net> to=<b@example.com>",
	    "header-check understood|qid=1E240140202|from=p@example.net|to=b@example.com|subject=a from unknown[192.0.2.66]; from=<e@v> to=<v@v> proto=ESMTP helo=<h>|action=warning|stage=header" },
	{ "postfix/cleanup", "1E240140202: reject: mime-error improper use of 8-bit data in message header: Subject: x from unknown[203.0.113.20]; from=<p@example.net> to=<b@example.com> proto=ESMTP helo=<p>",
	    "header-check understood|qid=1E240140202|from=p@example.net|to=b@example.com|client_name=unknown|client_addr=203.0.113.20|helo=p|protocol=ESMTP|action=reject|stage=mime-error" },
	{ "postfix/cleanup", "1E240140202: milter-header-reject: header X: y from unknown[203.0.113.20]; from=<p@example.net> to=<b@example.com> proto=ESMTP helo=<p>: text",
	    "header-check understood|qid=1E240140202|from=p@example.net|to=b@example.com|client_name=unknown|client_addr=203.0.113.20|helo=p|protocol=ESMTP|action=milter-header-reject|stage=header|reason=text" },
	{ "postfix/cleanup", "1E240140202: message-id=<a>, relay=none, status=sent (x)",
	    "message-id understood|qid=1E240140202|message_id=<a>, relay=none, status=sent (x)" },
	{ "postfix/cleanup", "1E240140202: message-id=",
	    "message-id understood|qid=1E240140202|message_id=" },
	{ "postfix/cleanup", "1E240140202: resent-message-id=<a2@example.net>",
	    "other understood|qid=1E240140202" },
	{ "postfix/cleanup", "1E240140202: to=<b@example.com>, relay=none, delay=0.1, delays=0.1, dsn=5.4.6, status=bounced (hops)",
	    "delivery understood|qid=1E240140202|to=b@example.com|relay=none|status=bounced|dsn=5.4.6|delay=0.1|delay_before=0.1|reply=hops" },
	/* qmgr and pickup */
	{ "postfix/qmgr", "1E240140202: from=<>, size=1, nrcpt=1 (queue active)",
	    "queued understood|qid=1E240140202|from=|size=1|nrcpt=1" },
	{ "postfix/qmgr", "1E240140202: from=<\"a>, size=9, nrcpt=9 (queue active)\"@x>, size=1, nrcpt=2 (queue active)",
	    "queued understood|qid=1E240140202|from=\"a>, size=9, nrcpt=9 (queue active)\"@x|size=1|nrcpt=2" },
	{ "postfix/qmgr", "1E240140202: from=<a>, size=9, nrcpt=9 (queue active)@x>, size=1, nrcpt=2 (queue active)",
	    "queued understood|qid=1E240140202|from=a>, size=9, nrcpt=9 (queue active)@x|size=1|nrcpt=2" },
	{ "postfix/qmgr", "1E240140202: from=<a>, status=expired, returned to sender@x>, size=1, nrcpt=2 (queue active)",
	    "queued understood|qid=1E240140202|from=a>, status=expired, returned to sender@x|size=1|nrcpt=2" },
	{ "postfix/qmgr", "1E240140202: from=<a@x>, size=1, nrcpt=2 (queue",
	    "queued understood|qid=1E240140202|from=a@x|size=1|nrcpt=2" },
	{ "postfix/qmgr", "1E240140202: from=<a@x>, size=1",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/qmgr", "1E240140202: from=<a@x>, size=-1, nrcpt=2 (queue active)",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/qmgr", "1E240140202: from=<a@x>, status=force-expired, returned to sender",
	    "expired understood|qid=1E240140202|from=a@x|status=force-expired" },
	{ "postfix/qmgr", "1E240140202: from=<a@x>, status=sent, returned to sender",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/pickup", "1E240140202: uid=1001 from=<a> orig_id=3D091140203>",
	    "pickup understood|qid=1E240140202|from=a> orig_id=3D091140203|uid=1001" },
	{ "postfix/pickup", "1E240140202: uid=1001 from=<\"a> orig_id=3D091140203\"@x> orig_id=F1206140243",
	    "pickup understood|qid=1E240140202|from=\"a> orig_id=3D091140203\"@x|uid=1001|orig_id=F1206140243" },
	{ "postfix/pickup", "1E240140202: uid=99999999999 from=<a>",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/pickup", "1E240140202: uid=0 from=<a",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/cleanup", "1E240140202: removed (discarded)",
	    "removed understood|qid=1E240140202|reason=discarded" },
	{ "postfix/cleanup", "1E240140202: removed (cance",
	    "removed understood|qid=1E240140202|reason=cance" },
	{ "postfix/postsuper", "1E240140202: removed",
	    "deleted understood|qid=1E240140202" },
	{ "postfix/postsuper", "1E240140202: expired",
	    "expired understood|qid=1E240140202|status=expired" },
	{ "postfix/postsuper", "1E240140202: released from hold",
	    "released understood|qid=1E240140202" },
	{ "postfix/qmgr", "1E240140202: removedx",
	    "unknown unknown|qid=1E240140202" },
	{ "postfix/bounce", "1E240140202: sender delivery status notification: 3D091140203",
	    "bounce-notice understood|qid=1E240140202|action=sender delivery status|next_qid=3D091140203" },
	{ "postfix/bounce", "1E240140202: postmaster non-delivery notification: 3D091140203",
	    "bounce-notice understood|qid=1E240140202|action=postmaster non-delivery|next_qid=3D091140203" },
	{ "postfix/bounce", "1E240140202: sender non-delivery notification: 3d091140203",
	    "unknown unknown|qid=1E240140202" },
	/* warnings */
	{ "postfix/smtpd", "warning: unknown[192.0.2.10]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=a, sasl_username=ceo@example.com",
	    "auth-failure understood|severity=warning|client_name=unknown|client_addr=192.0.2.10|sasl_method=LOGIN|sasl_user=a, sasl_username=ceo@example.com|reason=authentication failed: UGFzc3dvcmQ6" },
	{ "postfix/smtpd", "warning: unknown[192.0.2.10]: SASL PLAIN authentication aborted",
	    "auth-failure understood|severity=warning|client_name=unknown|client_addr=192.0.2.10|sasl_method=PLAIN|reason=authentication aborted" },
	{ "postfix/smtpd", "warning: unknown[192.0.2.10]: request longer than 2048: x from evil.example[192.0.2.66]...",
	    "warning understood|severity=warning|client_name=unknown|client_addr=192.0.2.10|reason=unknown[192.0.2.10]: request longer than 2048: x from evil.example[192.0.2.66]..." },
	{ "postfix/smtpd", "warning: proxy 127.0.0.1:10025 rejected \"MAIL from evil.example[192.0.2.66]\": \"550 no\"",
	    "warning understood|severity=warning|reason=proxy 127.0.0.1:10025 rejected \"MAIL from evil.example[192.0.2.66]\": \"550 no\"" },
	{ "postfix/smtpd", "warning: AUTH command rate limit exceeded: 5 from unknown[192.0.2.10] for service smtpd",
	    "warning understood|severity=warning|client_name=unknown|client_addr=192.0.2.10|reason=AUTH command rate limit exceeded: 5 from unknown[192.0.2.10] for service smtpd" },
	{ "postfix/smtp", "warning: host mx.example.org[192.0.2.25]:25 greeted me with my own hostname mx",
	    "warning understood|severity=warning|reason=host mx.example.org[192.0.2.25]:25 greeted me with my own hostname mx" },
	{ "postfix/smtpd", "warning: NOQUEUE: queue file size limit exceeded",
	    "warning understood|qid=NOQUEUE|severity=warning|reason=queue file size limit exceeded" },
	{ "postfix/smtpd", "warning: 3D091140203: queue file size limit exceeded",
	    "warning understood|qid=3D091140203|severity=warning|reason=queue file size limit exceeded" },
	{ "postfix/cleanup", "fatal: watchdog timeout",
	    "warning understood|severity=fatal|reason=watchdog timeout" },
	{ "postfix/master", "panic: x",
	    "warning understood|severity=panic|reason=x" },
	{ "postfix/proxymap", "error: x",
	    "warning understood|severity=error|reason=x" },
	{ "postfix/qmgr", "warning:x",
	    "unknown unknown" },
	/* postscreen */
	{ "postfix/postscreen", "reject: connect from [192.0.2.10]:40123: all screening ports busy",
	    "reject understood|client_addr=192.0.2.10|client_port=40123|action=reject|stage=CONNECT|reason=all screening ports busy" },
	{ "postfix/postscreen", "NOQUEUE: reject: CONNECT from [192.0.2.10]:40123: too many connections",
	    "reject understood|qid=NOQUEUE|client_addr=192.0.2.10|client_port=40123|action=reject|stage=CONNECT|reason=too many connections" },
	{ "postfix/postscreen", "NOQUEUE: reject: RCPT from [192.0.2.10]:40123: 550 5.5.1 Protocol error; from=<\"a, to=<v@v>\"@x>, to=<b@example.com>, proto=ESMTP, helo=<h>",
	    "reject understood|qid=NOQUEUE|from=\"a, to=<v@v>\"@x|to=b@example.com|client_addr=192.0.2.10|client_port=40123|helo=h|protocol=ESMTP|dsn=5.5.1|action=reject|stage=RCPT|reply_code=550|reason=Protocol error" },
	{ "postfix/postscreen", "NON-SMTP COMMAND from [192.0.2.10]:40123 after CONNECT: GET / from [192.0.2.66]:1",
	    "screen understood|client_addr=192.0.2.10|client_port=40123|action=NON-SMTP COMMAND" },
	{ "postfix/postscreen", "BARE NEWLINE from [192.0.2.10]:40123 after EHLO",
	    "screen understood|client_addr=192.0.2.10|client_port=40123|action=BARE NEWLINE" },
	{ "postfix/postscreen", "WHITELIST VETO [192.0.2.10]:40123",
	    "screen understood|client_addr=192.0.2.10|client_port=40123|action=WHITELIST VETO" },
	{ "postfix/postscreen", "PASS MAYBE [192.0.2.10]:40123",
	    "unknown unknown" },
	{ "postfix/postscreen", "entering STRESS mode with 10 connections",
	    "screen understood" },
	/* TLS */
	{ "postfix/smtp", "TLS connection established to mail.example.org: TLSv1 with cipher AES (256/256 bits)",
	    "tls understood|relay=mail.example.org|tls_version=TLSv1|tls_cipher=AES|tls_bits=256|tls_reused=false" },
	{ "postfix/smtpd", "Anonymous TLS connection established from unknown[192.0.2.10] to mx.example.com: TLSv1.3 with cipher X (128/128 bits) key-exchange X25519",
	    "tls understood|client_name=unknown|client_addr=192.0.2.10|tls_version=TLSv1.3|tls_cipher=X|tls_bits=128|tls_trust=Anonymous|tls_kex=X25519|tls_reused=false" },
	{ "postfix/smtp", "Trusted TLS connection established to mx.example.org[private/x]: TLSv1.3 with cipher X (128/128 bits) key-exchange ECDHE (P-256) server-signature ED25519 client-signature ECDSA (P-256) client-digest SHA256",
	    "tls understood|relay=mx.example.org[private/x]|relay_name=mx.example.org|relay_addr=private/x|tls_version=TLSv1.3|tls_cipher=X|tls_bits=128|tls_trust=Trusted|tls_kex=ECDHE (P-256)|tls_sig=ED25519|tls_reused=false" },
	{ "postfix/smtp", "Trusted TLS connection broken to mx.example.org[192.0.2.25]:25: TLSv1.3 with cipher X (128/128 bits)",
	    "unknown unknown" },
	{ "postfix/smtp", "Trusted TLS connection established to mx.example.org[192.0.2.25]:25: TLSv9 with cipher",
	    "unknown unknown" },
	{ "postfix/smtp", "Host offered STARTTLS: [mx1.example.org]",
	    "tls understood|relay_name=mx1.example.org|reason=Host offered STARTTLS" },
	{ "postfix/smtp", "server certificate verification failed for mx.example.org[192.0.2.25]:25: num=62:hostname mismatch",
	    "tls understood|reason=server certificate verification failed for mx.example.org[192.0.2.25]:25: num=62:hostname mismatch" },
	{ "postfix/tlsproxy", "TLS handshake failed for service=smtpd peer=[192.0.2.10]:1",
	    "tls understood|reason=TLS handshake failed for service=smtpd peer=[192.0.2.10]:1" },
	{ "postfix/smtp", "mx.example.org[192.0.2.25]:25: depth=0 verify=1 subject=/CN=a, issuer",
	    "other ignored" },
	/* 2.2 to 2.4 */
	{ "postfix/smtp", "Verified: subject_CN=mx1.example.org, issuer=Example CA",
	    "other ignored" },
	{ "postfix/smtp", "Unverified: subject_CN=mx1.example.org, issuer=Example CA",
	    "other ignored" },
	{ "postfix/smtp", "Verified: hello", "unknown unknown" },
	{ "postfix/smtp", "setting up TLS connection to mx.example.org[192.0.2.25]:25",
	    "other ignored" },
	/* what cleanup refuses */
	{ "postfix/cleanup", "warning: 4B0B3B0C62D: message rejected: hopcount exceeded",
	    "reject understood|qid=4B0B3B0C62D|severity=warning|action=reject|stage=END-OF-MESSAGE|reason=hopcount exceeded" },
	{ "postfix/smtpd", "warning: 4B0B3B0C62D: message rejected: hopcount exceeded",
	    "warning understood|qid=4B0B3B0C62D|severity=warning|reason=message rejected: hopcount exceeded" },
	{ "postfix/cleanup", "warning: message rejected: hopcount exceeded",
	    "warning understood|severity=warning|reason=message rejected: hopcount exceeded" },
	/* levels 3 and 4 */
	{ "postfix/smtp", "00a0 00 c5 c0 23 c0 27 00 67|00 40 c0 72 c0 76 00 be  ...#.'.g .@.r.v..",
	    "other ignored" },
	{ "postfix/smtpd", "0199 - <SPACES/NULLS>", "other ignored" },
	{ "postfix/smtp", "Write 40 chars: MAIL FROM:<s-warm@sender.example.org> SI",
	    "other ignored" },
	{ "postfix/smtpd", "subject=/O=Example/CN=client.example.com",
	    "other ignored" },
	{ "postfix/smtp", "DNSSEC-signed TLSA record: _25._tcp.mx.example.org: 3 1 1 FF96",
	    "other ignored" },
	{ "postfix/smtp", "mx-wrong.example.net[127.0.1.127]:2525 CommonName wrong.example.com",
	    "other ignored" },
	{ "postfix/smtp", "mx-wrong.example.net[127.0.1.127]:2525: subjectAltName: other.example.com",
	    "other ignored" },
	{ "postfix/smtp", "using DANE RR: _2525._tcp.host-ca.safe.example.net IN TLSA 2 0 1 F5:14",
	    "other ignored" },
	{ "postfix/smtp", "mx-wrong.example.net[127.0.1.127]:2525 Name wrong.example.com",
	    "unknown unknown" },
	{ "postfix/smtp", "0199 - <SPACE", "unknown unknown" },
	{ "postfix/smtp", "0a 00 c5 c0", "unknown unknown" },
	{ "postfix/smtp", "00a0 message", "unknown unknown" },
	{ "postfix/smtp", "Write many chars: x", "unknown unknown" },
	{ "postfix/smtp", "TLSRPT: status=success, domain=example.org, receiving_mx=mx1.example.org[198.51.100.25]",
	    "tlsrpt understood|relay=mx1.example.org[198.51.100.25]|relay_name=mx1.example.org|relay_addr=198.51.100.25|status=success|reason=domain=example.org, receiving_mx=mx1.example.org[198.51.100.25]" },
	/* others */
	{ "postfix/postlog", "whatever",
	    "other understood" },
	{ "postfix/postlog", "",
	    "other understood" },
	{ "postfix/verify", "cache btree:/var/lib/postfix/verify full cleanup: retained=1 dropped=0 entries",
	    "statistics understood" },
	{ "postfix/postscreen", "close database /var/lib/postfix/postscreen_cache.db: No such file or directory (possible Berkeley DB bug)",
	    "other understood" },
	{ "postfix", "Postfix is using backwards-compatible default settings",
	    "config understood" },
	{ "postfix/smtp", "using using backwards-compatible default setting smtp_tlsrpt_skip_reused_handshakes=yes",
	    "config understood" },
	{ "postmulti", "fatal: New instance name must start with 'postfix-'",
	    "warning understood|severity=fatal|reason=New instance name must start with 'postfix-'" },
	{ "postqueue", "fatal: x", "other foreign" },
	{ "postfix/qmgr", "DEADBEEF: x",
	    "unknown unknown|qid=DEADBEEF" },
	{ "postfix/anvil", "nothing we know",
	    "unknown unknown" },
	{ "postfix/smtpd", "> unknown[192.0.2.10]: 250 ok",
	    "other ignored" },
	{ "postfix/smtp", "private/verify socket: wanted attribute: (list terminator)",
	    "other ignored" },
	{ "postfix/tlsproxy", "plaintext: wanted attribute: tls_level",
	    "other ignored" },
	{ "postfix/cleanup", "initial envelope R later-all1@later.example.net",
	    "other ignored" },
	{ "postfix/qmgr", "57D97A94875: recipient limit 20000",
	    "other ignored|qid=57D97A94875" },
	{ "postfix/pickup", "57D97A94875: read S s-told@sender.example.org",
	    "other ignored|qid=57D97A94875" },
	{ "postfix/trivial-rewrite", "`local' `u@example.org' -> `u@example.org'",
	    "other ignored" },
	{ "postfix/smtpd", "event: SMFIC_CONNECT; macros: j=mx.example.org",
	    "other ignored" },
	{ "postfix/flush", "57D97A94875: recipient limit 20000",
	    "unknown unknown|qid=57D97A94875" },
	{ "postfix/smtp", "initial envelope R later-all1@later.example.net",
	    "unknown unknown" },
	{ "postfix/qmgr", "start of something new", "unknown unknown" },
	{ "postfix/smtp", "server features: 0x101f size 10240000",
	    "other ignored" },
	{ "postfix/smtp", "to=<a> socket: wanted attribute: x",
	    "unknown unknown" },
	{ "postfix/qmgr", "myflock(9, MYFLOCK_STYLE_FLOCK, MYFLOCK_OP_EXCLUSIVE|MYFLOCK_OP_NOWAIT)",
	    "other ignored" },
	{ "postfix/smtp", "myflock is held", "unknown unknown" },
	{ "postfix/smtp", "TLSRPT support: no policy for domain sender.example.org",
	    "other ignored" },
	{ "postfix/smtp", "origin=smtp_requiretls_policy name=mx.example.net item=enforce",
	    "other ignored" },
	{ "postfix/smtp", "origin=mx.example.net", "unknown unknown" },
	{ "postfix/cleanup", "server flags = enable_address_mapping",
	    "other ignored" },
	{ "postfix/smtpd", "server flags = enable_address_mapping",
	    "unknown unknown" },
	{ "postfix/qmgr", "record A log_client_port=41152", "other ignored" },
	{ "postfix/local", "why: buffer", "other ignored" },
	{ "postfix/virtual", "path: active/C3479BC09A4", "other ignored" },
	{ "postfix/pipe", "why: buffer", "unknown unknown" },
	{ "postfix/local", "whence: buffer", "unknown unknown" },
	{ "postfix/local", "spool_uid/gid 65534/65534 chown_uid/gid 4294967295/4294967295",
	    "other ignored" },
	{ "postfix/postscreen", "1796079964;1;1798585568 -> 1796079964",
	    "other ignored" },
	{ "postfix/postscreen", "1796079964;1;x -> 1796079964",
	    "unknown unknown" },
	{ "postfix/postscreen", "UNPASS [127.0.2.32]:52039", "other ignored" },
	/* not ours */
	{ "postfix/policyd-spf", "1E240140202: to=<b>, relay=none, delay=0, status=sent (x)",
	    "other foreign" },
	{ "smtpd", "connect from unknown[192.0.2.10]",
	    "other foreign" },
	{ "dovecot", "1E240140202: removed",
	    "other foreign" },
	{ "postgrey", "action=pass",
	    "other foreign" },
	{ "mailout/smtpd", "connect from unknown[192.0.2.10]",
	    "connect understood|client_name=unknown|client_addr=192.0.2.10" },
	{ "postfix-out/relay/smtp", "1E240140202: removed",
	    "removed understood|qid=1E240140202" },
	{ "postfix/", "x",
	    "other foreign" },
	{ "/smtpd", "connect from unknown[192.0.2.10]",
	    "connect understood|client_name=unknown|client_addr=192.0.2.10" },
	/* a framing that lost the program */
	{ "?", "1E240140202: client=unknown[192.0.2.10]",
	    "client understood smtpd|qid=1E240140202|client_name=unknown|client_addr=192.0.2.10" },
	{ "?", "1E240140202: message-id=<a>",
	    "message-id understood cleanup|qid=1E240140202|message_id=<a>" },
	{ "?", "1E240140202: uid=0 from=<root>",
	    "pickup understood pickup|qid=1E240140202|from=root|uid=0" },
	{ "?", "1E240140202: from=<a@x>, size=1, nrcpt=1 (queue active)",
	    "queued understood qmgr|qid=1E240140202|from=a@x|size=1|nrcpt=1" },
	{ "?", "1E240140202: removed",
	    "removed understood |qid=1E240140202" },
	{ "?", "1E240140202: to=<b@x>, relay=mx[/run/lmtp], delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (ok)",
	    "delivery understood lmtp|qid=1E240140202|to=b@x|relay=mx[/run/lmtp]|relay_name=mx|relay_addr=/run/lmtp|status=sent|dsn=2.0.0|delay=1|delay_before=0|delay_queue=0|delay_conn=0|delay_xmit=1|reply=ok" },
	{ "?", "1E240140202: to=<b@x>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (ok)",
	    "delivery understood |qid=1E240140202|to=b@x|relay=local|status=sent|dsn=2.0.0|delay=1|delay_before=0|delay_queue=0|delay_conn=0|delay_xmit=1|reply=ok" },
	{ "?", "connect from unknown[192.0.2.10]",
	    "connect understood smtpd|client_name=unknown|client_addr=192.0.2.10" },
	{ "?", "1E240140202: placed on hold",
	    "held understood postsuper|qid=1E240140202" },
	{ "?", "daemon started -- version 3.11.1, configuration /etc/postfix",
	    "config understood master" },
};

/* The event in words, as the tables have it. */
static void
show(struct buf *b, const struct event *ev, bool lost)
{
	static const char *const class[] = { "understood", "ignored",
		"foreign", "unknown" };
	const struct rec *r = &ev->rec;

	b->len = 0;
	(void)buf_add(b, event_name[ev->kind]);
	(void)buf_addc(b, ' ');
	(void)buf_add(b, slice_cstr(class[ev->class]));
	if (lost) {
		(void)buf_addc(b, ' ');
		(void)buf_add(b, daemon_name[ev->daemon]);
	}
	for (size_t f = 0; (f = rec_next_field(r, f)) < FIELD_N; f++) {
		if (f == F_TEXT)
			continue;
		(void)buf_addc(b, '|');
		(void)buf_add(b, field_info[f].name);
		(void)buf_addc(b, '=');
		(void)buf_add(b, r->v[f]);
	}
	(void)buf_addc(b, '\0');
}

/* Memory of its own: what reads past the end is found by a sanitizer. */
static unsigned char *
copy(struct slice s)
{
	unsigned char *p = malloc(s.len + (s.len == 0));

	assert_non_null(p);
	if (s.len > 0)
		memcpy(p, s.ptr, s.len);
	return p;
}

static void
check(struct slice tag, bool lost, struct slice text, const char *want)
{
	unsigned char *p = copy(text);
	struct event ev = { .kind = EV_UNKNOWN };
	struct postfix_tag t;
	struct buf b;

	buf_init(&b, 1 << 16);
	postfix_tag(tag, lost, &t);
	postfix_parse(slice_of(p, text.len), &t, &ev);
	show(&b, &ev, lost);
	assert_string_equal((const char *)b.ptr, want);
	assert_true(slice_eq(rec_get(&ev.rec, F_TEXT), text));
	buf_free(&b);
	free(p);
}

static void
test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct frame fr;

		assert_true(framing_split(slice_cstr(lines[i].line), &fr));
		check(fr.tag, fr.lost_program, fr.text, lines[i].want);
	}
}

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		bool lost = texts[i].tag[0] == '?';

		check(slice_cstr(lost ? "postfix" : texts[i].tag), lost,
		    slice_cstr(texts[i].text), texts[i].want);
	}
}

/* Cut anywhere: nothing is read past the end, no delivery without status. */
static void
parse_cut(struct slice tag, bool lost, struct slice text)
{
	struct postfix_tag t;
	struct event ev = { .pid = 0 };

	postfix_tag(tag, lost, &t);
	for (size_t n = 0; n <= text.len; n++) {
		unsigned char *p = copy(slice_sub(text, 0, n));
		unsigned char *q = malloc(n + SLICE_PAD);
		enum event_kind kind;

		/* The same where more may be read, whatever it is. */
		assert_non_null(q);
		memcpy(q, text.ptr, n);
		memset(q + n, "]>, "[n % 4], SLICE_PAD);
		ev.plain = slice_of(q, n);
		rec_clear(&ev.rec);
		postfix_parse(slice_of(q, n), &t, &ev);
		kind = ev.kind;
		free(q);
		ev.plain = slice_of(NULL, 0);
		rec_clear(&ev.rec);
		postfix_parse(slice_of(p, n), &t, &ev);
		assert_int_equal(ev.kind, kind);
		assert_true(ev.kind < EVENT_N && ev.class <= LINE_UNKNOWN);
		assert_true((ev.kind == EV_UNKNOWN) ==
		    (ev.class == LINE_UNKNOWN));
		assert_true(ev.kind != EV_DELIVERY ||
		    (rec_has(&ev.rec, F_STATUS) && rec_has(&ev.rec, F_TO)));
		free(p);
	}
}

static void
test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct frame fr;

		(void)framing_split(slice_cstr(lines[i].line), &fr);
		parse_cut(fr.tag, fr.lost_program, fr.text);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		bool lost = texts[i].tag[0] == '?';

		parse_cut(slice_cstr(lost ? "postfix" : texts[i].tag), lost,
		    slice_cstr(texts[i].text));
	}
}

/* What costs the most is read in a moment, and more is not looked at. */
static void
test_long(void **state)
{
	static const char *const piece[] = { "; from=<", ">, relay=",
		">, orig_to=<", "\"@x>", " from x[1]: ", "queued as ", "> to=<" };
	static const char *const start[] = { "1E240140202: to=<",
		"1E240140202: reject: RCPT from x[1]: 550 5.1.1 x",
		"1E240140202: warning: header Subject: x", "1E240140202: from=<" };
	struct postfix_tag t;
	struct event ev = { .pid = 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(start) / sizeof(start[0]); i++)
		for (size_t k = 0; k < sizeof(piece) / sizeof(piece[0]); k++) {
			size_t len = 8192;

			b.len = 0;
			(void)buf_add(&b, slice_cstr(start[i]));
			while (b.len < len)
				(void)buf_add(&b, slice_cstr(piece[k]));
			postfix_tag(SLICE("postfix/cleanup"), false, &t);
			rec_clear(&ev.rec);
			postfix_parse(slice_of(b.ptr, len), &t, &ev);
			assert_true(ev.kind < EVENT_N);
			postfix_parse(slice_of(b.ptr, len + 1), &t, &ev);
			assert_int_equal(ev.kind, EV_UNKNOWN);
		}
	buf_free(&b);
}

static void
test_tags(void **state)
{
	static const struct {
		const char	*tag, *instance, *service, *program;
		enum daemon_id	 daemon;
		bool		 ours;
	} tags[] = {
		{ "postfix/smtpd", "postfix", NULL, "smtpd", DM_SMTPD, true },
		{ "postfix/submission/smtpd", "postfix", "submission",
		    "smtpd", DM_SMTPD, true },
		{ "a/b/c/qmgr", "a", "b/c", "qmgr", DM_QMGR, true },
		{ "postfix-out/smtp", "postfix-out", NULL, "smtp", DM_SMTP,
		    true },
		{ "postfix", "postfix", NULL, "postfix", DM_POSTFIX, true },
		{ "postfix//smtpd", "postfix", "", "smtpd", DM_SMTPD, true },
		{ "postfix/smtpdx", "postfix", NULL, "smtpdx", DM_NONE, false },
		{ "postfix/policyd-spf", "postfix", NULL, "policyd-spf",
		    DM_NONE, false },
		{ "postfix/", "postfix", NULL, "", DM_NONE, false },
		{ "smtpd", "smtpd", NULL, "smtpd", DM_NONE, false },
		{ "", "", NULL, "", DM_NONE, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		struct postfix_tag t;

		postfix_tag(slice_cstr(tags[i].tag), false, &t);
		assert_int_equal(t.ours, tags[i].ours);
		assert_int_equal(t.daemon, tags[i].daemon);
		assert_true(slice_eq(t.instance,
		    slice_cstr(tags[i].instance)));
		assert_true(slice_eq(t.service,
		    slice_cstr(tags[i].service)));
		assert_true(slice_eq(t.program,
		    slice_cstr(tags[i].program)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_tags),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
