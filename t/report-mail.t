#!/usr/bin/perl

# mxreport -o mail: one message that an independent parser (MIME::Parser)
# takes apart into what -o text, html and json give, byte for byte; header
# lines that nobody can add to; the same report, the same message.

use strict;
use warnings;
use utf8;
use lib 't';
use Encode ();
use Test::More;
use Mx;

eval { require MIME::Parser; require MIME::Words; 1 }
    or plan skip_all => 'no MIME::Parser (libmime-tools-perl)';

my $dir = dir();
my @args = ('-q', '-y', 2026, '-z', 'UTC', '-p', 'no-plaintext', '--now', '2026-10-01T00:00:00Z');
my @to = ('--to', 'audit@example.org');

sub report {
	my ($form, @rest) = @_;
	return run('mxreport', @args, '-o', $form, @rest);
}

sub parse {
	my ($text) = @_;
	my $p = MIME::Parser->new;

	$p->output_to_core(1);
	$p->tmp_to_core(1);
	$p->decode_headers(0);
	return $p->parse_data($text);
}

# A header field, unfolded and decoded to characters.
sub field {
	my ($e, $name) = @_;
	my $v = $e->head->get($name) // return undef;

	chomp $v;
	$v =~ s/\n(?=[ \t])//g;
	return Encode::decode('MIME-Header', $v) if $v =~ /=\?/;
	return $v;
}

# Evidence that wants to be a header, the end of a mail, or a boundary.
my $hostile = $log . <<'LOG';
Sep  1 10:07:00 mx postfix/pickup[130]: A1206140243: uid=1000 from=<boss>
Sep  1 10:07:00 mx postfix/cleanup[101]: A1206140243: message-id=<x@mx.example.com>
Sep  1 10:07:00 mx postfix/qmgr[102]: A1206140243: from=<"\nBcc: evil"@example.com>, size=512, nrcpt=1 (queue active)
Sep  1 10:07:01 mx postfix/smtp[203]: A1206140243: to=<--=_mixed_x@example.net>, relay=From .[192.0.2.31]:25, delay=1.1, delays=0.1/0/0.7/0.3, dsn=2.0.0, status=sent (250 ü = =3D . \r\nSubject: evil)
Sep  1 10:07:01 mx postfix/qmgr[102]: A1206140243: removed
LOG
my %log = (plain => put("$dir/a.log", $log), hostile => put("$dir/b.log", Encode::encode('UTF-8', $hostile)),
    bytes => put("$dir/c.log", Encode::encode('UTF-8', $hostile) =~ s/\xc3\xbc/\xfc\x80/r), lab => 'samples/lab/out-refused.log',
    other => put("$dir/d.log", $other));

for my $name (sort keys %log) {
	my $r = report('mail', @to, $log{$name});
	my $m = $r->{out};

	is($r->{status}, report('text', $log{$name})->{status}, "$name: the status is the report's");
	unlike($m, qr/[^\n\x20-\x7e]/, "$name: nothing but ASCII");
	is(scalar(grep { length > 78 } split /\n/, $m), 0, "$name: short lines");
	unlike($m, qr/^(?:\.$|From )/m, "$name: nothing that ends a mail, or begins one");
	my $e = parse($m);
	is($e->mime_type, 'multipart/mixed', "$name: mixed");
	is($e->parts, 2, "$name: of two parts");
	my ($alt, $json) = $e->parts;
	is($alt->mime_type, 'multipart/alternative', "$name: alternatives");
	is(join(' ', map { $_->mime_type } $alt->parts), 'text/plain text/html', "$name: the better one last");
	is($json->mime_type, 'application/json', "$name: JSON");
	is($json->head->recommended_filename, 'mxreport-2026-10-01.json', "$name: attached by name");
	my %part = (text => $alt->parts(0), html => $alt->parts(1), json => $json);
	for my $form (sort keys %part) {
		ok($part{$form}->bodyhandle->as_string eq report($form, $log{$name})->{out}, "$name: the $form part, byte for byte");
	}
	is(join(' ', sort map { lc } $e->head->tags), 'auto-submitted content-type date from message-id mime-version subject to', "$name: header fields, each once");
	is(field($e, 'From'), 'audit@example.org', "$name: from the first recipient");
	is(field($e, 'Date'), 'Thu, 01 Oct 2026 00:00:00 +0000', "$name: dated by --now");
	like(field($e, 'Message-ID'), qr/^<mxreport\.[0-9a-f]{32}\@example\.org>$/, "$name: identified");
	is($m, report('mail', @to, $log{$name})->{out}, "$name: the same again");
}

subtest 'header' => sub {
	my ($long) = ('x' x 64) . '@' . join('.', ('y' x 60) x 3) . '.example';
	my $e = parse(report('mail', '--to', 'a@example.org', '--to', '"a b\"c"@example.org', '--to', 'root@[192.0.2.1]', '--to', 'o\'x+y=z@example.org', '--from', 'mx@example.net', $log{plain})->{out});
	is($e->head->get('To') =~ s/\n//gr, 'a@example.org, "a b\"c"@example.org, root@[192.0.2.1], o\'x+y=z@example.org', 'several recipients');
	is(field($e, 'From'), 'mx@example.net', 'another sender');
	like(field($e, 'Message-ID'), qr/\@example\.net>$/, 'and its domain');
	like(field($e, 'Subject'), qr/^TLS report: violations \(1 of \d+ hops\), from 2026-09-01 10:04:04 to 2026-09-01 10:06:02 \(UTC\)$/, 'a subject that answers');
	ok(length((split /\n/, report('mail', '--to', $long, $log{plain})->{out})[2]) < 998, 'the longest address fits');
	for my $s ('short', 'a word that is ' . ('long' x 30), 'words ' x 60 . 'end', 'Grüße aus Österreich 日本語' . 'ä' x 100, '=?utf-8?Q?fake?=', '  blanks  ', 'two  blanks', 'Re: 100% "quoted" <a@b>', '😀' x 40) {
		my $text = report('mail', @to, '--subject', Encode::encode('UTF-8', $s), $log{plain})->{out};
		is(field(parse($text), 'Subject'), $s, 'subject: ' . Encode::encode('UTF-8', substr $s, 0, 30));
		is(scalar(grep { length > 78 } split /\n/, $text), 0, 'in short lines');
	}
};

subtest 'refused' => sub {
	my @bad = map { ['--to', $_] } ("a\@example.org\nBcc: b\@example.org", "a\@example.org\r", 'a@example.org, b@example.org', 'Ann <a@example.org>', 'ann', '', '@', 'a@', '@example.org',
	    'a b@example.org', '.a@example.org', 'a..b@example.org', 'a@example..org', 'a@example.org>', Encode::encode('UTF-8', 'ä@example.org'), '"a"b"@example.org', '"a\\"@example.org',
	    "\"a\nb\"\@example.org", 'a@[1.2.3.4', 'a@[]', 'a@b@example.org', 'a' x 400 . '@example.org');
	for my $b (@bad, (map { [@to, '--from', $_->[1]] } @bad[0 .. 3]), (map { [@to, '--subject', $_] } '', "a\nBcc: b\@example.org", "a\r", "a\e[31m", "\xff", "a\xe2\x80\xaeb", 'x' x 600),
	    [], ['--from', 'a@example.org']) {
		my $r = report('mail', @$b, $log{plain});
		is($r->{status}, 2, "refused: @{[map { s/[^ -~]/?/gr } @$b]}");
		is($r->{out}, '', 'and nothing written');
	}
	is(report('text', @to, $log{plain})->{status}, 2, '--to without -o mail');
	is(report('json', '--subject', 'x', $log{plain})->{status}, 2, '--subject without -o mail');
};

subtest 'what is different is another message' => sub {
	my $id = sub { field(parse(run('mxreport', '-q', '-y', 2026, '-z', 'UTC', '-o', 'mail', @_)->{out}), 'Message-ID') };
	my @same = ('-p', 'no-plaintext', '--now', '2026-10-01T00:00:00Z', @to);
	my %seen;
	$seen{$id->(@$_)}++ for [@same, $log{plain}], [@same, $log{hostile}], [@same, '--to', 'b@example.org', $log{plain}],
	    [@same, '--subject', 'x', $log{plain}], ['-p', 'no-plaintext', '--now', '2026-10-01T00:00:01Z', @to, $log{plain}], ['-p', 'strict', '--now', '2026-10-01T00:00:00Z', @to, $log{plain}];
	is(scalar keys %seen, 6, 'six messages, six identifiers');
};

done_testing();
