#!/usr/bin/perl

# mxreport -o tlsrpt: the keys that RFC 8460 wants; sessions, not deliveries,
# against a hand-made expectation of the lab and against the handshakes in
# its logs; TLSRPT: lines; what each refusal is called; what is not counted.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8->canonical;
my $dir = dir();
my $n = 0;
my @who = ('--organization', 'Example Ltd', '--contact', 'tls@example.org');
my @args = ('-q', '-y', 2026, '-z', 'UTC', '-p', 'no-plaintext', '--now', '2026-12-01T00:00:00Z', '-o', 'tlsrpt');

sub report {
	my $r = run('mxreport', @args, @who, @_);
	my $j = eval { $js->decode($r->{out}) } or diag($r->{err});
	return $j || {};
}

# "DOMAIN TYPE OK FAILED RESULT/REASON=N ...", sorted by domain.
sub sums {
	my ($j) = @_;
	return map {
		my ($p, $s) = @$_{qw(policy summary)};
		join ' ', $p->{'policy-domain'}, $p->{'policy-type'}, @$s{qw(total-successful-session-count total-failure-session-count)},
		    map { $_->{'result-type'} . '/' . ($_->{'failure-reason-code'} // '') . "=$_->{'failed-session-count'}" } @{$_->{'failure-details'} || []};
	} @{$j->{policies}};
}

# What RFC 8460, 4.4 wants, and nothing else but x-rebuilt.
sub wrong {
	my ($j) = @_;
	my @bad;
	my $want = sub {
		my ($at, $h, $must, $may) = @_;
		push @bad, map { "$at: no $_" } grep { !exists $h->{$_} } @$must;
		my %known = map { $_ => 1 } @$must, @$may;
		push @bad, map { "$at: $_" } grep { !$known{$_} } sort keys %$h;
	};
	my $count = sub { push @bad, "$_[0]: $_[1]" if $js->encode([$_[1]]) !~ /^\[\d+\]$/ };
	my %result = map { $_ => 1 } qw(starttls-not-supported certificate-host-mismatch certificate-expired certificate-not-trusted validation-failure tlsa-invalid dnssec-invalid dane-required sts-policy-fetch-error sts-policy-invalid sts-webpki-invalid);

	$want->('report', $j, [qw(organization-name date-range contact-info report-id policies x-rebuilt)], []);
	$want->('date-range', $j->{'date-range'}, [qw(start-datetime end-datetime)], []);
	push @bad, "date $_" for grep { !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ } values %{$j->{'date-range'}};
	for my $p (@{$j->{policies}}) {
		my ($sum, $failed) = ($p->{summary}, 0);
		$want->('policies', $p, [qw(policy summary)], ['failure-details']);
		$want->('policy', $p->{policy}, [qw(policy-type policy-domain)], [qw(policy-string mx-host)]);
		push @bad, "type $p->{policy}{'policy-type'}" if $p->{policy}{'policy-type'} !~ /^(?:tlsa|sts|no-policy-found)$/;
		$want->('summary', $sum, [qw(total-successful-session-count total-failure-session-count)], []);
		$count->('summary', $_) for values %$sum;
		for my $f (@{$p->{'failure-details'} || []}) {
			$want->('failure', $f, [qw(result-type failed-session-count)], [qw(sending-mta-ip receiving-mx-hostname receiving-mx-helo receiving-ip additional-information failure-reason-code)]);
			$count->('failure', $f->{'failed-session-count'});
			push @bad, "result $f->{'result-type'}" unless $result{$f->{'result-type'}};
			$failed += $f->{'failed-session-count'};
		}
		push @bad, "$p->{policy}{'policy-domain'}: the failures do not add up" if $failed != $sum->{'total-failure-session-count'};
	}
	return join '; ', @bad;
}

subtest 'the lab' => sub {
	my $j = report('samples/lab/out-refused.log');
	# By the scenarios' names, and the log read by eye.
	is(join("\n", sums($j)), join("\n", map { "$_" =~ s/^(\S+)/$1.example.net/r }
	    'encrypt-454 no-policy-found 0 1 starttls-not-supported/starttls-refused=1', 'encrypt-not-offered no-policy-found 0 1 starttls-not-supported/not-offered=1',
	    'fallback no-policy-found 0 2 validation-failure/tls-handshake-failure=2', 'fingerprint-wrong no-policy-found 0 1 validation-failure/no-matching-TLSA-record-or-fingerprint=1',
	    'handshake-close no-policy-found 0 1 validation-failure/tls-handshake-failure=1', 'handshake-garbage no-policy-found 0 1 validation-failure/tls-handshake-failure=1',
	    'lost-tls no-policy-found 1 1 validation-failure/tls-failed-or-lost=1', 'secure-untrusted no-policy-found 0 1 certificate-not-trusted/untrusted-issuer=1',
	    'secure-wrong-name no-policy-found 0 1 certificate-host-mismatch/hostname-mismatch=1', 'smtp-tlsbox no-policy-found 1 0', 'tlsbox no-policy-found 4 0',
	    'version-refused no-policy-found 0 1 validation-failure/tls-handshake-failure=1'), 'each refusal by its name');
	is($j->{policies}[0]{'failure-details'}[0]{'receiving-ip'}, '127.0.1.19', 'the address of the MX');
	is($j->{'organization-name'} . ' ' . $j->{'contact-info'}, 'Example Ltd tls@example.org', 'whose report it is');
	is($j->{'x-rebuilt'}{from}, 'mail log', 'that it is rebuilt');
	for my $log (sort glob 'samples/lab/*.log') {
		is(wrong(report($log)), '', "$log: as RFC 8460 has it");
	}
	# Where each handshake led to a delivery.
	for my $log (map { "samples/lab/$_.log" } qw(out-reuse out-tls-bsd out-tls-iso out-addresses in-sessions queue-life-iso)) {
		my @line = slurp($log) =~ m{/smtp\[\d+\]: (?:\w+) TLS connection established to}g;
		my $ok = 0;
		$ok += $_->{summary}{'total-successful-session-count'} for @{report($log)->{policies}};
		cmp_ok(scalar @line, '>=', 5, "$log: handshakes");
		is($ok, scalar @line, "$log: sessions");
	}
};

# The domains that asked for reports, of Postfix 3.11.7.
subtest 'TLSRPT: as it is logged' => sub {
	my $j = report('samples/postfix-3.11/newer.log');

	is(join("\n", grep { /^report/ } map { s/^newer-(\S+)\.example\.net/$1/r } sums($j)), join("\n",
	    'report-broken no-policy-found 0 1 validation-failure/tls-handshake-failure=1', 'report-may no-policy-found 1 0',
	    'report-mismatch no-policy-found 0 1 certificate-host-mismatch/=1', 'report-no-starttls no-policy-found 0 1 starttls-not-supported/=1',
	    'report-success no-policy-found 1 0', 'report-untrusted no-policy-found 0 1 validation-failure/unable_to_get_local_issuer_certificate=1'), 'what Postfix reported');
	is(wrong($j), '', 'as RFC 8460 has it');
};

subtest 'TLSRPT: lines' => sub {
	# As reference documentation of Postfix 3.10 has them.
	my $tlsrpt = sub { "Sep  1 10:04:07 mx postfix/smtp[200]: TLSRPT: $_[0]\n" };
	my $mx = 'receiving_mx=mx1.example.org[198.51.100.25]';
	my $base = report(put("$dir/base", $log));
	is(join('|', grep { /^example\.org/ } sums($base)), 'example.org no-policy-found 2 0', 'rebuilt');
	my $same = report(put("$dir/same", $log . $tlsrpt->("status=success, domain=example.org, $mx") x 2));
	is(join('|', sums($same)), join('|', sums($base)), 'lines that agree');
	is_deeply($same->{'x-rebuilt'}{differences}, [], 'no difference');
	is($same->{'x-rebuilt'}{domains_logged}, 1, 'a domain by its lines');
	my $other = report(put("$dir/other", $log . $tlsrpt->("status=success, domain=Example.ORG, $mx") . join '', map { $tlsrpt->("status=failure, domain=example.org, $mx, failure_type=$_") }
	    'certificate_expired, failure_reason=certificate_has_expired', 'starttls_not_supported', 'starttls_not_supported', 'unfinished_policY', 'sts_webpki_invalid'));
	is(join('|', grep { /^example\.org/ } sums($other)), 'example.org sts 1 5 certificate-expired/certificate_has_expired=1 starttls-not-supported/=2 sts-webpki-invalid/=1 validation-failure/unfinished_policY=1', 'lines count instead');
	is($js->encode($other->{'x-rebuilt'}{differences}), '[{"domain":"example.org","logged_failed":5,"logged_successful":1,"rebuilt_failed":0,"rebuilt_successful":2}]', 'and the difference is told');
	is(wrong($other), '', 'as RFC 8460 has it');
	my $dane = report(put("$dir/dane", $log . $tlsrpt->("status=failure, domain=example.org, $mx, failure_type=dane_required")));
	is(join('|', grep { /^example\.org/ } sums($dane)), 'example.org tlsa 0 1 dane-required/=1', 'DANE');
	my $near = report(put("$dir/near", $log . "Sep  1 10:04:07 mx postfix/smtpd[200]: warning: TLSRPT: status=success, domain=example.org, $mx\n" . $tlsrpt->("status=success, $mx")));
	is(join('|', sums($near)), join('|', sums($base)), 'a warning, and a line without domain, are none');
};

# Records: a delivery with what is to be different.
sub out {
	return { type => 'delivery', time => '2026-09-02T10:00:00Z', host => 'mx', instance => 'postfix', daemon => 'smtp', pid => 7, qid => 'Q' . ++$n,
	    trace => "mx/postfix/Q$n", to => 'bob@example.org', relay => 'mx1.example.org[198.51.100.25]:25', relay_name => 'mx1.example.org', relay_addr => '198.51.100.25',
	    relay_port => 25, status => 'sent', delay_before => 0.1, delay_conn => 0.2, tls => 'encrypted', tls_why => 'handshake', tls_src => 'log', tls_off => $n, @_ };
}
sub refused { return out(status => 'deferred', tls => 'refused', tls_why => 'tls-failure', tls_src => undef, tls_off => undef, reply => $_[0]) }
sub plain { return out(tls => 'plaintext', tls_why => $_[0], tls_off => undef, tls_src => undef, @_[1 .. $#_]) }
my @end = ({ type => 'source', src => 'log', size => 10, lines => 1 }, { type => 'coverage', time => '2026-09-01T00:00:00Z', end => '2026-09-03T00:00:00Z', host => 'mx', lines => 1, understood => 1, foreign => 0, unknown => 0 });
sub records { return join '', map { my $r = { %$_ }; delete @$r{grep { !defined $r->{$_} } keys %$r}; '{"type":"' . delete($r->{type}) . '"' . ($js->encode($r) =~ s/^\{(?!\})/,/r) . "\n" } @_ }
sub of { my @opt = ref $_[0] eq 'ARRAY' ? @{+shift} : (); return report(@opt, '-', { in => records(@_, @end) }) }

subtest 'what is a session' => sub {
	my $mx = 'mx1.example.org[198.51.100.25]';
	my @case = (
		['two messages', '2 0', [out(), out()]],
		['two recipients of one request', '1 0', [out(trace => 't', tls_off => 5), out(trace => 't', tls_off => 5, to => 'eve@example.org')]],
		['two attempts', '2 0', [out(trace => 't', tls_off => 5), out(trace => 't', tls_off => 6)]],
		['without a line: two recipients', '1 0', [map { out(trace => 't', tls_off => undef, tls_src => undef, tls_why => 'tls-field') } 1, 2]],
		['and two attempts', '2 0', [map { out(trace => 't', tls_off => undef, tls_src => undef, tls_why => 'tls-field', delay_before => $_) } 1, 2]],
		['a connection used again', '1 0', [out(), out(conn_use => 2), out(tls_why => 'reused')]],
		['checked', '1 0', [out(tls => 'authenticated')]],
		['the mail was refused, TLS was not', '1 0', [out(status => 'bounced')]],
		['not offered', '0 1 starttls-not-supported/not-offered=1', [refused("TLS is required, but was not offered by host $mx")]],
		['refused', '0 1 starttls-not-supported/starttls-refused=1', [refused("TLS is required, but host $mx refused to start TLS: 454 4.7.0 no")]],
		['handshake', '0 1 validation-failure/tls-handshake-failure=1', [refused('Cannot start TLS: handshake failure')]],
		['not trusted', '0 1 certificate-not-trusted/server-certificate-not-trusted=1', [refused('Server certificate not trusted')]],
		['not verified', '0 1 validation-failure/server-certificate-not-verified=1', [refused('Server certificate not verified')]],
		['suspended', '0 1 certificate-not-trusted/server-certificate-not-trusted=1', [refused('delivery temporarily suspended: Server certificate not trusted')]],
		['no TLSA', '0 1 dane-required/no-TLSA-records-found=1', [refused('no TLSA records found')]],
		['DNSSEC', '0 1 dnssec-invalid/TLSA-lookup-error=1', [refused('TLSA lookup error for mx1.example.org:25')]],
		['TLSA', '0 1 tlsa-invalid/all-TLSA-records-unusable=1', [refused('TLSA records unusable')]],
		['fallback', '0 1 validation-failure/tls-failed-or-lost=1', [plain('fallback')]],
		['no handshake', '0 1 starttls-not-supported/inferred-from-no-handshake=1', [plain('no-handshake')]],
		['the field', '0 1 starttls-not-supported/downgraded-to-none=1', [plain('tls-field', tls_policy => 'may:none')]],
		['the field, and the handshake failed', '0 1 validation-failure/tls-handshake-failure=1', [{ type => 'event', time => '2026-09-02T10:00:00Z', host => 'mx', daemon => 'smtp', pid => 7, event => 'tls', relay => "$mx:25",
		    reason => "SSL_connect error to $mx:25: Connection reset by peer" }, plain('tls-field', tls_policy => 'may:none')]],
		['of another process', '0 1 starttls-not-supported/downgraded-to-none=1', [{ type => 'event', time => '2026-09-02T10:00:00Z', host => 'mx', daemon => 'smtp', pid => 8, event => 'tls', relay => "$mx:25",
		    reason => "SSL_connect error to $mx:25: Connection reset by peer" }, plain('tls-field', tls_policy => 'may:none')]],
		['expired', '0 1 certificate-expired/certificate-has-expired=1', [{ type => 'event', time => '2026-09-02T10:00:00Z', host => 'mx', daemon => 'smtp', pid => 7, event => 'tls',
		    reason => "certificate verification failed for $mx:25: certificate has expired" }, refused('Server certificate not verified')]],
	);
	for my $c (@case) {
		my ($name, $want, $rec) = @$c;
		my ($sum) = sums(of(@$rec));
		is($sum =~ s/^example\.org \S+ //r, $want, $name);
	}
	my @not = (['not wanted', plain('tls-field', tls_policy => 'none')], ['offered, not taken', plain('starttls-offered')], ['plaintext, used again', plain('conn-use', conn_use => 2)], ['unknown', out(tls => 'unknown', tls_why => 'not-logged')],
	    ['local', out(tls => 'local', daemon => 'local')], ['LMTP', out(daemon => 'lmtp')], ['no connection', out(tls => 'none-attempted', status => 'deferred', relay => 'none')], ['our own settings', refused('client TLS configuration problem')],
	    ['REQUIRETLS', refused('Sender requested REQUIRETLS, but no')], ['a reply that imitates', refused('host x said: Server certificate not trusted')], ['a literal', out(to => 'bob@[198.51.100.25]')], ['no domain', out(to => 'bob')],
	    ['an arrival', { %{out()}, type => 'message' }]);
	for my $c (@not) {
		is_deeply(of($c->[1])->{policies}, [], "$c->[0]: none");
	}
	is(of(map { $_->[1] } @not)->{'x-rebuilt'}{"deliveries_$_->[0]"}, $_->[1], "deliveries $_->[0]") for ['unknown', 1], ['other', 5];
	is_deeply([sums(of(out(tls_policy => 'dane'), out(to => 'a@b.example', tls_policy => '!dane-only', tls => 'refused', reply => 'TLSA records unusable', tls_off => undef)))], ['b.example tlsa 0 1 tlsa-invalid/all-TLSA-records-unusable=1', 'example.org tlsa 1 0'], 'DANE');
	is_deeply([sums(of(['--nexthop', 'example.org=[relay.example.net]:587'], out()))], ['relay.example.net no-policy-found 1 0'], 'the next hop');
	my $own = put("$dir/own", "[policy]\nname Own\n[default]\noutbound none\n[own]\nhost mx1.example.org\n");
	is_deeply(of(['-p', $own], out())->{policies}, [], 'our own hosts');
	is_deeply([sums(of(['--period', '2026-09-01'], out(), out(time => '2026-09-01T10:00:00Z')))], ['example.org no-policy-found 1 0'], 'of the period');
	is_deeply(of(['--period', '2026-09-01'], out())->{'date-range'}, { 'start-datetime' => '2026-09-01T00:00:00Z', 'end-datetime' => '2026-09-01T23:59:59Z' }, 'which it names');
};

# Hosts that failed before another one took the mail: layouts of Postfix 3.7.
subtest 'tries at other hosts' => sub {
	my ($mx1, $mx2) = ('mx1.example.org[198.51.100.25]', 'mx2.example.org[198.51.100.26]');
	my $cipher = 'TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)';
	my $q = '4hZ1fY0sf8z9s6S';
	my $to = sub { "$q: to=<$_[0]>, relay=" . ($_[1] // $mx2) . ':25, delay=2, delays=0/0/1.9/0.1, dsn=2.0.0, status=sent (250 ok)' };
	my $of_log = sub {
		my @opt = ref $_[0] eq 'ARRAY' ? @{+shift} : ();
		my @l = map { /^postfix/ ? $_ : "postfix/smtp[200]: $_" } "postfix/qmgr[9]: $q: from=<a\@example.net>, size=10, nrcpt=2 (queue active)", @_, "postfix/qmgr[9]: $q: removed";
		return join '|', sums(report(@opt, put("$dir/tries.log", map { "2026-09-01T10:00:01.000000+00:00 mx $_\n" } @l)));
	};
	my $second = "Trusted TLS connection established to $mx2:25: $cipher";
	my @error = ("SSL_connect error to $mx1:25: lost connection", "$q: Cannot start TLS: handshake failure");
	my $is = 'example.org no-policy-found 1';

	is($of_log->(@error, $second, $to->('b@example.org')), "$is 1 validation-failure/tls-handshake-failure=1", 'a handshake');
	is($of_log->(@error, $second, $to->('b@example.org'), $to->('c@example.org')), "$is 1 validation-failure/tls-handshake-failure=1", 'two recipients');
	is($of_log->(@error, $second, $to->('b@example.org'), $to->('c@b.example')), "b.example no-policy-found 1 1 validation-failure/tls-handshake-failure=1|$is 1 validation-failure/tls-handshake-failure=1", 'of two domains');
	is($of_log->("certificate verification failed for $mx1:25: certificate has expired", "Untrusted TLS connection established to $mx1:25: $cipher", "$q: Server certificate not verified", $second, $to->('b@example.org')),
	    "$is 1 certificate-expired/certificate-has-expired=1", 'a certificate');
	is($of_log->("Untrusted TLS connection established to $mx1:25: $cipher", "$q: Server certificate not verified", $second, $to->('b@example.org')), "$is 1 validation-failure/server-certificate-not-verified=1", 'without the reason');
	is($of_log->("$q: TLS is required, but was not offered by host $mx1", $second, $to->('b@example.org')), "$is 1 starttls-not-supported/not-offered=1", 'not offered');
	is($of_log->("$q: TLS is required, but host $mx1 refused to start TLS: 454 no", @error, $second, $to->('b@example.org')), "$is 2 starttls-not-supported/starttls-refused=1 validation-failure/tls-handshake-failure=1", 'two of them');
	is($of_log->("$q: Cannot start TLS: handshake failure", $second, $to->('b@example.org')), "$is 1 validation-failure/tls-handshake-failure=1", 'a host that is not named');
	is($of_log->(@error, "$q: to=<b\@example.org>, relay=none, delay=2, delays=0/0/2/0, dsn=4.4.1, status=deferred (connect to $mx2:25: Connection refused)"), 'example.org no-policy-found 0 1 validation-failure/tls-handshake-failure=1', 'and nobody took it');

	# None: the delivery is the same session, or the line is another's.
	is($of_log->(@error, $to->('b@example.org', $mx1)), 'example.org no-policy-found 0 1 validation-failure/tls-handshake-failure=1', 'the same host in plaintext: once');
	is($of_log->($error[0], $second, $to->('b@example.org')), "$is 0", 'an error alone');
	is($of_log->((map { s/$q/4hZ1fY0sf8z9s7S/r } @error), $second, $to->('b@example.org')), "$is 0", 'of another message');
	is($of_log->("$q: host $mx1 said: 450 TLS is required, but was not offered by host $mx1 (in reply to RCPT TO command)", $second, $to->('b@example.org')), "$is 0", 'a reply that imitates');
	is($of_log->((map { "postfix/lmtp[200]: $_" } @error), $second, $to->('b@example.org')), "$is 0", 'LMTP');
	my $own = put("$dir/own2", "[policy]\nname Own\n[default]\noutbound none\n[own]\nhost mx1.example.org\n");
	is($of_log->(['-p', $own], @error, $second, $to->('b@example.org')), "$is 0", 'our own host');
};

subtest 'and else' => sub {
	my ($a, $b) = map { run('mxreport', @args, @who, 'samples/lab/out-refused.log')->{out} } 1, 2;
	is($a, $b, 'the same again');
	my ($c) = map { $_->{'report-id'} } report('samples/lab/out-reuse.log');
	like($c, qr/^[0-9a-f]{32}$/, 'a report-id');
	isnt($c, $js->decode($a)->{'report-id'}, 'of its own');
	for my $bad (['no organization', '--contact', 'tls@example.org'], ['no contact', '--organization', 'x'], ['no address', '--organization', 'x', '--contact', 'x'], ['a line break', '--organization', "x\ny", '--contact', 'tls@example.org']) {
		my ($name, @opt) = @$bad;
		my $r = run('mxreport', @args, @opt, 'samples/lab/hops.log');
		is($r->{status}, 2, "$name: refused");
		is($r->{out}, '', "$name: nothing written");
	}
	is(run('mxreport', @args[0 .. 8], @who, 'samples/lab/hops.log')->{status}, 2, '--organization without -o tlsrpt');
	my $none = run('mxreport', @args, @who, put("$dir/none", $other));
	is($none->{status} . $none->{out}, '2', 'no line of Postfix, no time: no report');
	my $key = put("$dir/key", join '', 'a' .. 'z', 0 .. 9);
	my $names = run('mxreport', @args, @who, '--pseudonyms', $key, '--pseudonyms-hosts', '-', { in => records(refused('Server certificate not trusted'), @end) });
	like($names->{out}, qr/"receiving-mx-hostname":"h-[0-9a-f]{16}","receiving-ip":"a-[0-9a-f]{16}"/, 'pseudonyms');
	unlike($names->{out}, qr/mx1|198\.51/, 'and no names');
	my $evil = of(out(to => "x\@<\"\\\x{202e}.example"));
	is($evil->{policies}[0]{policy}{'policy-domain'}, "<\"\\\x{202e}.example", 'a hostile domain');
};

done_testing();
