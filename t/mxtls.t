#!/usr/bin/perl

# mxtls: every rule with a violation, a near miss and, where there is one, an
# unknown; policies and their mistakes; hops counted once; what the usual
# scripts get wrong; figures against one-liners; exit statuses.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8->canonical;
my $dir = dir();
my $n = 0;

sub policy { return put("$dir/p" . $n++, @_) }

# Records: a delivery, or an arrival, with what is to be different.
sub out {
	return { type => 'delivery', time => '2026-09-01T10:00:00Z', host => 'mx', instance => 'postfix', qid => 'Q' . ++$n,
	    trace => "mx/postfix/Q$n", from => 'a@example.net', to => 'bob@example.org', relay => 'mx1.example.org[198.51.100.25]:25',
	    relay_name => 'mx1.example.org', relay_addr => '198.51.100.25', relay_port => 25, status => 'sent', tls => 'encrypted',
	    tls_proof => 'proven', tls_why => 'handshake', tls_version => 'TLSv1.3', tls_cipher => 'TLS_AES_256_GCM_SHA384', tls_bits => 256,
	    tls_trust => 'Untrusted', tls_kex => 'X25519', src => 'log', off => 0, len => 9, @_ };
}

sub in {
	return { type => 'message', time => '2026-09-01T10:00:00Z', host => 'mx', instance => 'postfix', qid => 'Q' . ++$n,
	    trace => "mx/postfix/Q$n", from => 'a@example.net', client_name => 'out.example.net', client_addr => '192.0.2.10', status => 'sent',
	    tls => 'encrypted', tls_why => 'handshake', tls_version => 'TLSv1.3', tls_cipher => 'TLS_AES_256_GCM_SHA384', tls_bits => 256,
	    tls_trust => 'Anonymous', tls_kex => 'X25519', src => 'log', off => 0, len => 9, @_ };
}

my %plain = map { $_ => undef } qw(tls_version tls_cipher tls_bits tls_trust tls_kex);
sub plain { return (%plain, tls => 'plaintext', tls_why => 'no-handshake', @_) }
sub unknown { return (%plain, tls => 'unknown', tls_why => 'not-logged', tls_proof => undef, @_) }
sub bare { return (%plain, tls_why => 'tls-field', tls_policy => 'may', @_) }

my @end = ({ type => 'source', src => 'log', tool => 'mxtrace', lines => 1 },
    { type => 'coverage', host => 'mx', time => '2026-09-01T00:00:00Z', end => '2026-09-02T00:00:00Z', lines => 1 });

sub records {
	return join '', map { my $r = { %$_ }; delete @$r{grep { !defined $r->{$_} } keys %$r};
	    # type stands first, as in what tools write
	    '{"type":"' . delete($r->{type}) . '"' . ($js->encode($r) =~ s/^\{(?!\})/,/r =~ s/^\{\}$/}/r) . "\n" } @_;
}

# Findings, and the rest of what a run gives.
sub tls {
	my ($policy, $args, @rec) = @_;
	my $p = $policy =~ /^[a-z0-9-]+$/ ? $policy : policy($policy);
	my $r = run('mxtls', '-p', $p, @$args, '-', { in => records(@rec, @end) });

	$r->{f} = [grep { $_->{type} eq 'finding' } map { $js->decode($_) } grep { /^\{/ } split /\n/, $r->{out}];
	return $r;
}

# "verdict rule, ..." of the findings, and the status.
sub found {
	my ($r) = @_;
	return join ', ', (map { "$_->{verdict} $_->{rule}" } @{$r->{f}}), $r->{status};
}

sub row {
	my ($name, $policy, $rec, $want, @args) = @_;
	my $r = tls($policy, \@args, ref $rec eq 'ARRAY' ? @$rec : $rec);

	return is(found($r), $want, $name) || diag($r->{err});
}

my $V = 'violation';
sub def { my ($d, $l) = @_; return "[default]\n$d $l\n" }

subtest 'plaintext' => sub {
	my $e = def('outbound', 'encrypt');
	row('outbound', $e, out(plain()), "$V plaintext, 1");
	row('encrypted', $e, out(), '0');
	row('permitted', def('outbound', 'may'), out(plain()), '0');
	row('unknown', $e, out(unknown()), 'unknown tls-unknown, 2');
	row('unknown where anything is permitted', def('outbound', 'may'), out(unknown()), '0');
	row('unknown where a version is asked for', def('outbound', 'may protocols=>=TLSv1.2'), out(unknown()), 'unknown tls-unknown, 2');
	row('unknown where none is asked for', def('outbound', 'none'), out(unknown()), '0');
	row('inbound', def('inbound', 'encrypt'), in(plain()), "$V plaintext, 1");
	row('no verdict at all', $e, out(%plain, tls => undef, tls_why => undef), 'unknown tls-unknown, 2');
	row('refused, yet sent', $e, out(%plain, tls => 'refused'), 'unknown tls-unknown, 2');
	row('not sent', $e, out(plain(), status => 'deferred'), '2');
	row('a refusal', def('inbound', 'encrypt'), [in(plain(), qid => 'NOQUEUE', status => 'rejected'), in(plain(), status => 'rejected')], '2');
	row('a message held is a hop', def('inbound', 'encrypt'), in(plain(), status => 'held'), "$V plaintext, 1");
	row('local', $e, out(%plain, tls => 'local', tls_why => 'local-agent', relay => 'local'), '0');
	row('loopback', $e, out(plain(), relay_addr => '127.0.0.1'), '0');
	row('loopback in the new way', $e, out(plain(), relay_addr => '::1'), '0');
	row('no loopback', $e, out(plain(), relay_addr => '128.0.0.1'), "$V plaintext, 1");
	row('loopback judged', "${e}[limits]\nloopback judge\n", out(plain(), relay_addr => '127.0.0.1'), "$V plaintext, 1");
	row('before the evidence', def('inbound', 'encrypt'), [in(unknown(), tls_why => 'no-arrival'), in()], '0');
	row('no line', def('inbound', 'encrypt'), [out(plain()), in()], '0');
	my $r = tls($e, ['-a'], out(plain(), relay_addr => '127.0.0.1'), out());
	is(found($r), 'not-applicable loopback, compliant met, compliant classical-kex, 0', '-a tells all');
	like($r->{err}, qr/1 hop judged: 1 compliant, 0 violation, 0 unknown, 0 exempt; 1 not applicable/, 'loopback is no hop that complies');
	like(tls(def('outbound', 'may'), [], out(plain()))->{err}, qr/1 compliant \(1 of them in plaintext, which the policy permits\)/,
	    'permitted plaintext is told');
};

subtest 'submission' => sub {
	my $p = def('submission', 'secure') . "inbound may\n";
	row('plaintext', $p, in(plain(), service => 'submission'), "$V submission-plaintext, 1");
	row('AUTH in plaintext', $p, in(plain(), service => 'submission', sasl_method => 'PLAIN'), "$V auth-plaintext, $V submission-plaintext, 1");
	row('AUTH in plaintext on port 25', $p, in(plain(), sasl_method => 'LOGIN'), "$V auth-plaintext, $V submission-plaintext, 1");
	row('AUTH in plaintext where plaintext may be', def('inbound', 'may'), in(plain(), sasl_user => 'ann'), "$V auth-plaintext, 1");
	row('AUTH and nothing known', def('inbound', 'may'), in(unknown(), sasl_user => 'ann'), 'unknown tls-unknown, 2');
	row('AUTH under TLS', $p, in(service => 'submission', sasl_method => 'PLAIN'), '0');
	row('smtps, not logged in', $p, in(service => 'smtps', %plain, tls_why => 'wrapper-mode'), "$V unauthenticated, 1");
	row('a client certificate will do', $p, in(service => 'submissions', tls => 'authenticated', tls_trust => 'Trusted'), '0');
	row('another service', $p, in(plain(), service => 'submissionx'), '0');
	row('a delivery of mail that was submitted', def('outbound', 'may'), out(plain(), sasl_user => 'ann'), '0');
	row('unknown', $p, in(unknown(), service => 'submission'), 'unknown tls-unknown, 2');
	is(tls($p, ['-a'], in(service => 'submission', sasl_user => 'ann'))->{f}[0]{direction}, 'submission', 'direction');
};

subtest 'versions and ciphers' => sub {
	my $p = def('outbound', 'may protocols=>=TLSv1.2 ciphers=high');
	for my $v (qw(TLSv1 TLSv1.0 TLSv1.1)) {
		row($v, $p, out(tls_version => $v, tls_cipher => 'ECDHE-RSA-AES256-SHA'), "$V protocol, 1");
	}
	row('TLSv1.2', $p, out(tls_version => 'TLSv1.2', tls_cipher => 'ECDHE-RSA-AES256-GCM-SHA384'), '0');
	row('TLSv1 is 1.0 alone', def('outbound', 'may protocols=TLSv1'), out(), "$V protocol, 1");
	row('SSLv3', $p, out(tls_version => 'SSLv3', tls_cipher => 'AES256-SHA'), "$V protocol-broken, 1");
	row('SSLv3 where nothing is said', def('outbound', 'encrypt'), out(tls_version => 'SSLv3', tls_cipher => 'AES256-SHA'), "$V protocol-broken, 1");
	row('TLSv1 where nothing is said', def('outbound', 'encrypt'), out(tls_version => 'TLSv1', tls_cipher => 'AES256-SHA'), '0');
	row('not logged', $p, out(bare()), 'unknown details-unknown, 2');
	row('not logged, nor asked for', def('outbound', 'encrypt'), out(bare()), '0');
	row('a version of tomorrow', $p, out(tls_version => 'TLSv1.4'), 'unknown cipher-unknown, 2');
	row('a cipher of tomorrow', $p, out(tls_cipher => 'TLS_ASCON_SHA3'), 'unknown cipher-unknown, 2');
	my %c = ('RC4-SHA' => 'cipher-broken', 'DES-CBC3-SHA' => 'cipher-broken', 'IDEA-CBC-SHA' => 'cipher-broken', 'RC4-MD5' => 'cipher-broken',
	    'TLS_RSA_WITH_3DES_EDE_CBC_SHA' => 'cipher-broken', 'NULL-SHA' => 'cipher-null', 'EXP-RC4-MD5' => 'cipher-null',
	    'TLS_RSA_WITH_NULL_SHA256' => 'cipher-null');
	row($_, $p, out(tls_version => 'TLSv1.2', tls_cipher => $_), "$V $c{$_}, 1") for sort keys %c;
	row('RC4 where it may be', def('outbound', 'encrypt ciphers=low'), out(tls_version => 'TLSv1.2', tls_cipher => 'RC4-SHA'), '0');
	row('export where it may be', def('outbound', 'encrypt ciphers=export'), out(tls_version => 'TLSv1.2', tls_cipher => 'EXP-RC4-MD5'), '0');
	row('no encryption is not export', def('outbound', 'encrypt ciphers=export'), out(tls_version => 'TLSv1.2', tls_cipher => 'NULL-SHA'), "$V cipher-null, 1");
	row('56 bits', $p, out(tls_bits => 56), "$V cipher-bits, 1");
	row('128 bits', $p, out(tls_bits => 128), '0');
	row('excluded', def('outbound', 'may exclude=CHACHA20:kRSA'), out(tls_cipher => 'TLS_CHACHA20_POLY1305_SHA256'), "$V cipher-excluded, 1");
	row('not excluded', def('outbound', 'may exclude=CHACHA20:kRSA'), out(), '0');
	row('excluded by name', def('outbound', 'may exclude=AES128-SHA'), out(tls_version => 'TLSv1.2', tls_cipher => 'AES128-SHA'), "$V cipher-excluded, 1");
	my $f = def('outbound', 'may require=fs:aead');
	row('no forward secrecy', $f, out(tls_version => 'TLSv1.2', tls_cipher => 'AES256-GCM-SHA384'), "$V no-forward-secrecy, 1");
	row('no AEAD', $f, out(tls_version => 'TLSv1.2', tls_cipher => 'ECDHE-RSA-AES256-SHA384'), "$V not-aead, 1");
	row('both there', $f, out(tls_version => 'TLSv1.2', tls_cipher => 'ECDHE-RSA-AES256-GCM-SHA384'), '0');
	row('neither known', $f, out(bare()), 'unknown details-unknown, 2');
	row('anonymous', def('outbound', 'may exclude=aNULL'), out(tls_version => 'TLSv1.2', tls_cipher => 'ADH-AES256-SHA'), "$V anonymous, 1");
	row('ADH is not DHE', def('outbound', 'may exclude=aNULL'), out(tls_version => 'TLSv1.2', tls_cipher => 'DHE-RSA-AES256-SHA'), '0');
	my $q = def('outbound', 'may require=pq');
	row('post-quantum', $q, out(tls_kex => 'X25519MLKEM768'), '0');
	row('classical', $q, out(tls_kex => 'x25519'), "$V no-post-quantum, 1");
	row('key exchange not logged', $q, out(tls_kex => undef), 'unknown details-unknown, 2');
};

subtest 'who the peer is' => sub {
	my $p = def('outbound', 'secure');
	row('Trusted is not Verified', $p, out(tls_trust => 'Trusted'), "$V unverified, 1");
	row('Verified', $p, out(tls => 'authenticated', tls_trust => 'Verified'), '0');
	row('Anonymous', $p, out(tls_trust => 'Anonymous'), "$V anonymous, 1");
	row('from the next host', $p, out(bare(), tls_why => 'peer-log', tls_policy => undef), 'unknown trust-unknown, 2');
	row('tls=may', $p, out(bare()), "$V unverified, 1");
	row('tls=dane:encrypt', $p, out(bare(), tls_policy => 'dane:encrypt'), "$V downgraded, 1");
	row('tls=may/requiretls:none', $p, out(bare(), tls_policy => 'may/requiretls:none'), "$V unverified, 1");
	row('halfdane where dane is asked for', def('outbound', 'dane'), out(bare(), tls_policy => 'halfdane'), '0');
	row('halfdane where more is', def('outbound', 'dane-only'), out(bare(), tls_policy => 'halfdane'), "$V downgraded, 1");
	row('dane, and no TLSA records perhaps', def('outbound', 'dane'), out(), 'unknown dane-unknown, 2');
	row('dane, plaintext', def('outbound', 'dane'), out(plain()), 'unknown dane-unknown, 2');
	row('dane-only, plaintext', def('outbound', 'dane-only'), out(plain()), "$V plaintext, 1");
	row('encrypt asks for no name', def('outbound', 'encrypt'), out(tls_trust => 'Anonymous'), '0');
	row('inbound', def('inbound', 'verify'), in(), "$V unverified, 1");
	row('a client certificate', def('inbound', 'verify'), in(tls => 'authenticated', tls_trust => 'Trusted'), '0');
	row('no handshake line', def('inbound', 'verify'), in(%plain, tls_why => 'starttls-count'), 'unknown trust-unknown, 2');
};

subtest 'attempts' => sub {
	my $p = def('outbound', 'may');
	row('fallback', $p, out(plain(), tls_why => 'fallback'), "$V fallback, 1");
	row('fallback where TLS is asked for', def('outbound', 'encrypt'), out(plain(), tls_why => 'fallback'), "$V fallback, $V plaintext, 1");
	row('fallback, for information', "${p}[rules]\nfallback info\n", out(plain(), tls_why => 'fallback'), '0');
	my $ref = { %{out(%plain, tls => 'refused', tls_why => 'tls-failure', status => 'deferred')} };
	row('required and not offered', $p, { %$ref, reply => 'TLS is required, but was not offered by host x' }, 'not-applicable mandatory-failed, 2');
	row('handshake', $p, { %$ref, reply => 'Cannot start TLS: handshake failure' }, 'not-applicable handshake-failed, 2');
	row('beside a hop', $p, [out(), { %$ref, reply => 'Cannot start TLS: handshake failure' }], 'not-applicable handshake-failed, 0');
	my $ev = { type => 'event', event => 'connect', host => 'mx', instance => 'postfix', text => 'connect from x[192.0.2.1]' };
	my $m = "${p}[rules]\nmandatory-failed medium\nhandshake-failed low\n";
	row('required and not offered, where that counts', $m, { %$ref, reply => 'TLS is required, but was not offered by host x' }, "$V mandatory-failed, 1");
	row('handshake, where that counts', $m, { %$ref, reply => 'Cannot start TLS: handshake failure' }, "$V handshake-failed, 1");
	row('where nothing is asked for', "example.org none\n$m", [out(), $ev, $ref], '0');
	row('over loopback', $m, [out(), $ev, { %$ref, relay_addr => '127.0.0.1' }], '0');
	row('exempt', "${m}[exempt]\nexample.org until=2026-12-31 reason=x\n", [out(), $ev, $ref], 'exempt mandatory-failed, 0');
	row('exempt by that rule', "${m}[exempt]\nexample.org until=2026-12-31 rule=handshake-failed reason=x\n", [out(), $ev, $ref], "$V mandatory-failed, 1");
	row('turned off', "${p}[rules]\nhandshake-failed off\n", [out(), { %$ref, reply => 'Cannot start TLS: handshake failure' }], '0');
	row('another failure', $m, [out(), $ev, out(%plain, tls => 'none-attempted', status => 'deferred')], '0');
	my $acc = { %$ev, event => 'tls', time => '2026-09-01T10:00:00Z', pid => 7, client_name => 'c.example.net', client_addr => '192.0.2.1', off => 3,
	    text => 'SSL_accept error from c.example.net[192.0.2.1]: -1', reason => 'SSL_accept error from c.example.net[192.0.2.1]: -1' };
	row('the handshake of a client', $m, [out(), $acc], "$V handshake-failed, 1");
	row('told only', $p, [out(), $acc], 'not-applicable handshake-failed, 0');
	row('one that went well', $m, [out(), { %$acc, reason => undef, tls_version => 'TLSv1.3' }], '0');
	row('one that we made', $m, [out(), { %$acc, client_addr => undef, relay => 'x[192.0.2.1]:25', reason => 'SSL_connect error to x[192.0.2.1]:25: -1' }], '0');
	row('where nothing is asked of clients', "[inbound]\n192.0.2.1 none\n$m", [out(), $acc], '0');
	row('of an exempt client', "${m}[exempt]\n192.0.2.0/24 until=2026-12-31 rule=handshake-failed reason=scanner\n", [out(), $acc], 'exempt handshake-failed, 0');
	my @two = @{tls($m, [], out(), $acc, { %$acc, off => 90 })->{f}};
	isnt($two[0]{id}, $two[1]{id}, 'two in one second have two ids');
	like(tls($m, ['-o', 'tap'], out(), $acc)->{out}, qr/^not ok \d+ - handshake-failed: 1 attempt$/m, 'in TAP');
	like(tls($p, ['-o', 'tap'], out(), $acc)->{out}, qr/^ok \d+ - handshake-failed: 1 attempt$/m, 'told in TAP');
	like(tls($m, [], out(), $acc)->{err}, qr/; 1 handshake failed$/m, 'in the figures');
};

sub at { return "2026-09-01T1$_[0]:00:00Z" }

subtest 'peers over time' => sub {
	my $p = def('outbound', 'may');
	my @lost = (out(time => at(1)), out(time => at(2)), out(plain(), time => at(3)), out(plain(), time => at(4)));
	my $r = tls($p, [], @lost);
	is(found($r), "$V tls-lost, 1", 'TLS, then none');
	is(join(' ', map { $r->{f}[0]{$_} } qw(time end seen_first seen_last count relay_name severity)),
	    join(' ', map({ at($_) } 3, 4, 1, 2), '2 mx1.example.org high'), 'first and last of each');
	like($r->{f}[0]{reason}, qr/\(2 times with TLS, then 2 without\)/, 'in words');
	row('an attempt under TLS is a sight of it', $p, [out(time => at(1), status => 'deferred'), out(plain(), time => at(2))], "$V tls-lost, 1");
	row('one without is none', $p, [out(plain(), time => at(1), status => 'deferred'), out(plain(), time => at(2))], '0');
	row('one refused before TLS, either', $p, [out(%plain, tls => 'none-attempted', time => at(1), status => 'deferred'), out(plain(), time => at(2))], '0');
	row('none, then TLS', $p, [@lost[2, 3], map { { %$_, time => at(5) } } @lost[0, 1]], '0');
	row('by time, not by order', $p, [{ %{$lost[0]}, time => at(5) }, $lost[2]], '0');
	row('another address', $p, [$lost[0], { %{$lost[2]}, relay_addr => '198.51.100.26' }], '0');
	row('another name', $p, [$lost[0], { %{$lost[2]}, relay_name => 'x.example.org' }], '0');
	row('unknown is not lost', $p, [$lost[0], out(unknown(), time => at(3))], '0');
	row('no habit yet', "${p}[limits]\ntls-seen 3\n", [@lost], '0');
	row('for information', "${p}[rules]\ntls-lost info\n", [@lost], '0');
	is(found(tls("${p}[rules]\ntls-lost info\n", ['-a'], @lost)) =~ /compliant tls-lost, 0$/, 1, 'and told with -a');
	like($r->{err}, qr/4 compliant \(2 of them in plaintext.*; 1 peer lost TLS/, 'in the figures');
	row('where nothing is asked for', "example.org none\n$p", [@lost], '0');
	row('exempt', "${p}[exempt]\nmx1.example.org until=2026-12-31 reason=old\n", [@lost], 'exempt tls-lost, 0');
	row('inbound', def('inbound', 'may'), [in(time => at(1)), in(plain(), time => at(2))], "$V tls-lost, 1");
	my @trust = (out(time => at(1), tls_trust => 'Trusted'), out(time => at(2), tls_trust => 'Untrusted'));
	row('trust', $p, [@trust], "$V trust-changed, 1");
	row('trust that came', $p, [{ %{$trust[1]}, time => at(0) }, $trust[0]], '0');
	row('Trusted to Verified', $p, [$trust[0], out(time => at(2), tls => 'authenticated', tls_trust => 'Verified')], '0');
};

subtest 'look-up' => sub {
	my $p = <<'P';
example.org          secure
.example.org         encrypt
[mx1.example.org]:25 none
[default]
outbound may
inbound may
[inbound]
192.0.2.0/24         encrypt
192.0.2.77           may
.example.net         none
instance:postfix-in  secure
P
	my $line = sub { my ($r, @a) = @_; return (tls($p, ['-a', @a], $r)->{f}[0]{policy_line} // '') =~ s/.*://r };
	my @direct = ('--nexthop', '*=example.com', '-a');
	my $rec = sub { return out(relay_name => 'mx.example.com', to => $_[0]) };
	is($line->($rec->('a@example.org')), 1, 'the domain');
	is($line->($rec->('a@EXAMPLE.ORG')), 1, 'in capitals');
	is($line->($rec->('a@sub.example.org')), 2, 'its parent');
	is($line->($rec->('a@b.sub.example.org')), 2, 'a parent of its parent');
	is($line->($rec->('a@xexample.org')), 5, 'no parent');
	is($line->($rec->('"x@example.org"@example.com')), 5, 'a local part that imitates one');
	is(found(tls($p, [], out(plain()))), 'unknown nexthop-unknown, 2', 'a next hop that is not known');
	is(found(tls($p, [], out(plain(), relay_port => 26, to => 'x@example.com'))), '0', 'another port');
	is($line->(out(plain()), '--nexthop', 'example.org=[mx1.example.org]:25'), 3, '--nexthop');
	is($line->(out(plain()), '--nexthop', 'example.org=example.org'), 1, '--nexthop: the domain itself');
	is($line->(out(plain()), '--nexthop', '.org=[mx1.example.org]'), 2, 'a next hop is the whole key') if 0;
	my $cf = put("$dir/main.cf", "relayhost = [mx1.example.org]:25\n");
	is($line->(out(plain()), '--main-cf', $cf), 3, 'relayhost');
	put("$dir/transport", "example.org smtp:\n* smtp:[mx1.example.org]:25\n");
	put($cf, "transport_maps =\n  texthash:$dir/transport\n");
	is($line->(out(plain()), '--main-cf', $cf), 1, 'transport_maps: the domain itself');
	is($line->(out(plain(), to => 'a@example.com'), '--main-cf', $cf), 3, 'transport_maps: *');
	put($cf, "transport_maps = pcre:$dir/transport\n");
	is(found(tls($p, ['--main-cf', $cf], out(plain()))), 'unknown nexthop-unknown, 2', 'a table that cannot be read');
	is($line->(in(client_addr => '192.0.2.77')), 8, 'the first line wins');
	is($line->(in(client_addr => '192.0.3.77')), 10, 'the name');
	is($line->(in(client_addr => '192.0.3.77', client_name => 'unknown', instance => 'postfix-in')), 11, 'the instance');
	is($line->(in(client_addr => '192.0.3.77', client_name => 'unknown')), 6, 'the default');
	my $m = run('mxtls', '-p', policy($p), '--match', 'sub.example.org');
	like($m->{out}, qr/^outbound .*:2  \.example\.org encrypt$/m, '--match');
	is($m->{status}, 0, '--match: status');
};

subtest 'own hosts' => sub {
	my $p = <<'P';
[own]
network 198.51.100.0/24
domain own.example
[internal]
198.51.100.25 encrypt
[default]
outbound secure
inbound may
internal none
P
	my $d = sub { return tls($p, ['-a'], $_[0])->{f}[0]{direction} };
	is($d->(out()), 'internal', 'to one of ours');
	is($d->(out(relay_addr => '203.0.113.9')), 'outbound', 'to another');
	is($d->(out(relay_addr => '203.0.113.9', relay_name => 'a.Own.example')), 'internal', 'by domain');
	is($d->(out(relay_addr => '203.0.113.9', relay_name => 'notown.example')), 'outbound', 'not by half a domain');
	is($d->(in()), 'inbound', 'from another');
	is($d->(in(client_addr => '198.51.100.1')), 'internal', 'from one of ours');
	is(tls(def('outbound', 'may'), ['-a'], out())->{f}[0]{direction}, 'unknown', 'not known without [own]');
	row('its line', $p, out(plain()), "$V plaintext, 1");
	row('its default', $p, out(plain(), relay_addr => '198.51.100.9'), '0');
};

subtest 'hops that both hosts logged' => sub {
	my $p = def('outbound', 'encrypt') . "inbound encrypt\n";
	my $o = out(plain(), next_qid => 'B1', reply => '250 2.0.0 Ok: queued as B1');
	my $i = in(plain(), qid => 'B1', parent => $o->{trace}, parent_why => 'queued-as');
	my %two = (%$o, to => 'carl@example.org');
	row('once', $p, [$o, $i], "$V plaintext, 1");
	row('the arrival first', $p, [$i, $o], "$V plaintext, 1");
	row('two recipients', $p, [$i, $o, \%two], "$V plaintext, $V plaintext, 1");
	row('the arrival alone', $p, [$i], "$V plaintext, 1");
	row('another delivery', $p, [{ %$o, next_qid => 'B2' }, $i], "$V plaintext, $V plaintext, 1");
	row('through a filter', $p, [{ %$o, reply => '250 2.0.0 from MTA(smtp:[192.0.2.1]:10025): 250 2.0.0 Ok: queued as B1' }, $i],
	    "$V plaintext, $V plaintext, 1");
	row('the filter last', $p, [$i, { %$o, reply => '250 2.0.0 from MTA(x): 250 2.0.0 Ok: queued as B1' }], "$V plaintext, $V plaintext, 1");
	like(tls($p, [], { %$i, parent => undef, parent_why => undef }, $o, { type => 'link', trace => 'mx/postfix/B1', parent => $o->{trace},
	    parent_why => 'queued-as' })->{err}, qr/1 hops may be counted twice/, 'a link that comes late is told');
};

subtest 'exemptions' => sub {
	my $e = def('outbound', 'encrypt') . "[exempt]\n";
	row('exempt', "${e}example.org until=2026-12-31 reason=they know\n", out(plain()), 'exempt plaintext, 0');
	row('on its last day', "${e}example.org until=2026-09-01 reason=x\n", out(plain()), 'exempt plaintext, 0');
	row('over', "${e}example.org until=2026-08-31 reason=x\n", out(plain()), "$V plaintext, 1");
	row('by peer', "${e}198.51.100.0/24 until=2026-12-31 reason=x\n", out(plain()), 'exempt plaintext, 0');
	row('from another rule', "${e}example.org until=2026-12-31 rule=protocol reason=x\n", out(plain()), "$V plaintext, 1");
	row('of another domain', "${e}example.com until=2026-12-31 reason=x\n", out(plain()), "$V plaintext, 1");
	row('without time nothing is exempt', "${e}example.org until=2026-12-31 reason=x\n", out(plain(), time => undef), "$V plaintext, 1");
	row('of the unknown', "${e}example.org until=2026-12-31 reason=x\n", out(unknown()), 'exempt tls-unknown, 0');
	my $r = tls("${e}example.org until=2026-09-02 reason=they know, and pay\n", ['--now', '2026-10-01'], out(plain()));
	is(join('|', @{$r->{f}[0]}{qw(expires reason)}), '2026-09-02|they know, and pay', 'day and reason');
	like($r->{err}, qr/:4: this exemption has expired$/m, 'expired by now');
	unlike(tls("${e}example.org until=2026-09-02 reason=x\n", ['--now', '2026-09-02T23:59:59Z'], out(plain()))->{err}, qr/expired/, 'not yet');
};

subtest 'the limit of the unknown' => sub {
	my $e = def('outbound', 'encrypt');
	my @r = (out(unknown()), map { out() } 1 .. 9);
	row('none', $e, \@r, 'unknown tls-unknown, 2');
	row('one', "${e}[limits]\nunknown 1\n", \@r, 'unknown tls-unknown, 0');
	row('10%', "${e}[limits]\nunknown 10%\n", \@r, 'unknown tls-unknown, 0');
	row('9%', "${e}[limits]\nunknown 9%\n", \@r, 'unknown tls-unknown, 2');
	row('--unknown-limit', "${e}[limits]\nunknown 1\n", \@r, 'unknown tls-unknown, 2', '--unknown-limit', 0);
	row('a violation beats it', $e, [@r, out(plain())], "unknown tls-unknown, $V plaintext, 1");
};

subtest 'mistakes' => sub {
	my @case = (
		[ "example.org\n", 1, qr/no level/ ], [ "example.org encrpyt\n", 1, qr/unknown level/ ],
		[ "a.org may\nb.org secure protocols=TLSv1.5\n", 2, qr/protocols/ ], [ "a.org may protocols=!TLSv1:!TLSv1.1:<=TLSv1.1:>=TLSv1\n", 1, qr/allows none/ ],
		[ "a.org may ciphers=strong\n", 1, qr/grade/ ], [ "a.org may exclude=FOO\n", 1, qr/cipher/ ], [ "a.org may match=x\n", 1, qr/level/ ],
		[ "a.org may colour=red\n", 1, qr/unknown attribute/ ], [ "a.org may protocols\n", 1, qr/without =/ ], [ "a.org may { clause = x\n", 1, qr/brace/ ],
		[ "bob\@a.org may\n", 1, qr/mail address/ ], [ "192.0.2.1 may\n", 1, qr/brackets/ ], [ "[a.org may\n", 1, qr/next hop/ ],
		[ "[a.org]:99999 may\n", 1, qr/next hop/ ], [ "[outbuond]\na.org may\n", 1, qr/no such section/ ], [ "a..org may\n", 1, qr/domain/ ],
		[ "a.org may\n# x\nA.org encrypt\n", 3, qr/twice/ ], [ " a.org may\n", 1, qr/blank/ ], [ "[default]\ninbound may\ninbound may\n", 3, qr/twice/ ],
		[ "[default]\nsideways may\n", 2, qr/direction/ ], [ "[default]\ninbound dane\n", 2, qr/DANE/ ], [ "[inbound]\n192.0.2.1/24 may\n", 2, qr/bits behind/ ],
		[ "[inbound]\n192.0.2.0/33 may\n", 2, qr/length/ ], [ "[inbound]\n[x]:25 may\n", 2, qr/next hop means nothing/ ],
		[ "[internal]\n10.0.0.0/8 may\n", 2, qr/without \[own\]/ ], [ "[own]\nhosts a.org\n", 2, qr/host, domain or network/ ], [ "[own]\nnetwork a.org\n", 2, qr/./ ],
		[ "[exempt]\na.org reason=x\n", 2, qr/end/ ], [ "[exempt]\na.org until=2026-12-31\n", 2, qr/reason/ ], [ "[exempt]\na.org until=2026-13-01 reason=x\n", 2, qr/date/ ],
		[ "[exempt]\na.org until=2026-02-29 reason=x\n", 2, qr/no such day/ ], [ "[exempt]\na.org until=2026-12-31 rule=met reason=x\n", 2, qr/rule/ ],
		[ "[limits]\nunknown many\n", 2, qr/number/ ], [ "[limits]\nunknown 101%\n", 2, qr/number/ ], [ "[limits]\ncolour 1\n", 2, qr/unknown limit/ ],
		[ "[rules]\nplaintxt off\n", 2, qr/no such rule/ ], [ "[rules]\nplaintext none\n", 2, qr/severity/ ], [ "[rules]\ntls-unknown off\n", 2, qr/stays unknown/ ],
		[ "[policy]\ninclude nosuch\n", 2, qr/no such built-in/ ], [ "[policy]\ncolour red\n", 2, qr/name or include/ ], [ "a.org m\0ay\n", 1, qr/NUL/ ],
	);
	for my $c (@case) {
		my ($text, $line, $re) = @$c;
		my $f = policy($text);
		my $r = run('mxtls', '-p', $f, '--check');
		(my $t = $text) =~ s/\n/\\n/g;
		is($r->{status}, 2, "$t: status");
		like($r->{errs}[0] // '', qr/^mxtls: \Q$f\E:$line: .*$re/, "$t: where and what");
		is(run('mxtls', '-p', $f, '-', { in => records(out(), @end) })->{out}, '', "$t: nothing is judged");
	}
	like(run('mxtls', '-p', policy("# nothing\n"), '--check')->{err}, qr/asks for nothing/, 'an empty policy');
	is(run('mxtls', '-p', policy("[policy]\ninclude strict\n[default]\ninbound may\n"), '--check')->{status}, 0, 'an included one may be overruled');
};

subtest 'built-in policies' => sub {
	my @names = map { m{([^/]+)\.policy$} } sort glob 'lib/policy/*.policy';
	is("@names", 'bsi-tr-03108 nist-sp-800-52r2 no-plaintext pci-dss-4 rfc8996 strict', 'their names');
	for my $p (@names) {
		my $s = run('mxtls', '--show', $p);
		is($s->{out}, slurp("lib/policy/$p.policy"), "$p: --show");
		like($s->{out}, qr/^# .*Not covered/m, "$p: says what it does not cover");
		is(run('mxtls', '-p', $p, '--check')->{status}, 0, "$p: --check");
		row("$p, TLS 1.0", $p, out(tls_version => 'TLSv1', tls_cipher => 'ECDHE-RSA-AES256-SHA', tls => 'authenticated', tls_trust => 'Verified'),
		    $p eq 'no-plaintext' ? '0' : $p eq 'strict' ? "$V protocol, $V not-aead, 1" : "$V protocol, 1");
		row("$p, plaintext", $p, out(plain()), $p eq 'rfc8996' ? '0' : "$V plaintext, 1");
		row("$p, as it should be", $p, out(tls => 'authenticated', tls_trust => 'Verified'), '0');
		row("$p, unknown", $p, out(unknown()), 'unknown tls-unknown, 2');
	}
	is(run('mxtls', '--show', 'nosuch')->{status}, 2, '--show of none');
	is(run('mxtls', '--show', 'list')->{out}, join('', map { "$_\n" } @names), '--show list');
	row('nist: no ChaCha20', 'nist-sp-800-52r2', out(tls_cipher => 'TLS_CHACHA20_POLY1305_SHA256'), "$V cipher-excluded, 1");
	row('bsi: forward secrecy', 'bsi-tr-03108', out(tls_version => 'TLSv1.2', tls_cipher => 'AES256-GCM-SHA384'), "$V no-forward-secrecy, 1");
	row('pci: not verified', 'pci-dss-4', out(), "$V unverified, 1");
	row('rfc8996: RC4 is not its matter', 'rfc8996', out(tls_version => 'TLSv1.2', tls_cipher => 'RC4-SHA'), '0');
};

# Whole logs: what the scripts that people use today say silently and wrong.
my $q = '4jZ5sQ3DNxz1bZLl';
my $peer = 'mx1.example.org[198.51.100.25]:25';
sub sent {
	my ($extra, $stamp) = @_;
	$stamp //= 'Sep  1 10:00:05';
	return "$stamp mx postfix/smtp[77]: $q: to=<bob\@example.org>, relay=$peer, ${extra}dsn=2.0.0, status=sent (250 ok)\n";
}
my $d = 'delay=0.4, delays=0.1/0/0.2/0.1, ';
my $start = "Sep  1 10:00:00 mx postfix/pickup[4]: $q: uid=1 from=<a>\nSep  1 10:00:00 mx postfix/cleanup[5]: $q: message-id=<1\@x>\n" .
    "Sep  1 10:00:00 mx postfix/qmgr[1]: $q: from=<a\@example.net>, size=1, nrcpt=1 (queue active)\n";
my $shake = sub { "Sep  1 10:00:04 mx postfix/smtp[77]: $_[0] TLS connection $_[1] to $peer: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n" };

sub from_log {
	my ($policy, $log) = @_;
	my $r = run('mxtls', '-q', '-p', $policy, '-a', '-y', 2026, '-z', 'UTC', put("$dir/l" . $n++, $log));
	my @f = grep { $_->{type} eq 'finding' && $_->{rule} !~ /^(local|classical-kex)$/ } map { $js->decode($_) } split /\n/, $r->{out};
	return join ', ', (map { "$_->{verdict} $_->{rule}" } @f), $r->{status};
}

subtest 'what scripts get wrong' => sub {
	is(from_log('strict', $start . $shake->('Verified', 'reused') . sent("conn_use=3, $d")), 'compliant met, 0', 'a reused connection, verified');
	is(from_log('no-plaintext', $start . sent("conn_use=3, $d")), "$V plaintext, 1", 'a reused connection in plaintext, at any log level');
	is(from_log('no-plaintext', $start . sent("${d}tls=may, ")), 'compliant met, 0', 'tls=may');
	is(from_log('no-plaintext', $start . sent("${d}tls=may:none, ")), "$V plaintext, 1", 'tls=may:none');
	is(from_log('no-plaintext', $start . sent($d)), 'unknown tls-unknown, 2', 'log level 0 is unknown');
	(my $iso = $start . $shake->('Untrusted', 'established') . sent($d)) =~ s/^Sep  1 (\S+)/2026-09-01T$1.000000+00:00/mg;
	is(from_log('no-plaintext', $iso), 'compliant met, 0', 'RFC 3339 stamps');
	my $r = run('mxtls', '-p', 'no-plaintext', '-y', 2026, '-z', 'UTC', put("$dir/l0", $start . sent($d)));
	is(scalar(grep { /UNKNOWN because TLS was not logged.*smtp_tls_loglevel = 1/ } @{$r->{errs}}), 1, 'said once, with what to set');
	my $t = run('mxtrace', '-q', '-y', 2026, '-z', 'UTC', "$dir/l0");
	$r = run('mxtls', '-p', 'no-plaintext', '-', { in => $t->{out} });
	is(scalar(grep { /UNKNOWN because TLS was not logged.*smtp_tls_loglevel = 1/ } @{$r->{errs}}), 1, 'and when records are given');
};

subtest 'explain' => sub {
	my $f = put("$dir/e.log", $start . $shake->('Trusted', 'established') . sent($d));
	my $r = run('mxtls', '-p', 'strict', '--explain', $q, '-y', 2026, '-z', 'UTC', $f);
	like($r->{out}, qr/^violation: unverified \(high\)$/m, 'verdict, rule, severity');
	like($r->{out}, qr/^  policy    Strict strict:\d+\n\s+outbound secure /m, 'the line of the policy');
	like($r->{out}, qr/^  remedy    smtp_tls_policy_maps/m, 'what to set');
	like($r->{out}, qr/^  \| \Q$_\E$/m, 'the line is quoted') for ($shake->('Trusted', 'established') . sent($d)) =~ /^(.*)$/mg;
	is($r->{status}, 1, 'status');
	is(run('mxtls', '-p', 'strict', '--explain', 'NOSUCH', $f)->{status}, 2, 'no such message');
};

subtest 'tap' => sub {
	my @r = (out(), out(plain(), to => "x\x{202e}#\@example.com", relay_name => 'p.example.com') , out(unknown()));
	my $p = "example.org encrypt\n# a comment\nexample.net may\n[default]\noutbound encrypt\n";
	my $r = tls($p, ['-o', 'tap'], @r);
	my @l = split /\n/, $r->{out};
	is($l[0], 'TAP version 14', 'version');
	my ($plan) = $r->{out} =~ /^1\.\.(\d+)$/m;
	is(scalar(grep { /^(not )?ok / } @l), $plan, 'the plan');
	like($r->{out}, qr/^not ok 1 - \S+:1 example\.org encrypt: 1 of 2 hops compliant$/m, 'unknown is not ok');
	like($r->{out}, qr/^ok 2 - \S+:3 example\.net may # SKIP no hop$/m, 'no hop');
	like($r->{out}, qr/^not ok 3 - \S+:5 outbound encrypt: 0 of 1 hop compliant$/m, 'a violation');
	like($r->{out}, qr/^      to: "x\\u202e#\@example\.com"$/m, 'offenders, escaped');
	unlike($r->{out}, qr/\xe2\x80\xae/, 'nothing raw');
	is($r->{status}, 1, 'status');
	is(tls("example.org encrypt\n[limits]\nunknown 1\n", ['-o', 'tap'], $r[0], $r[2])->{out} =~ /^not ok/m, '', 'ok within the limit');
	my @many = map { out(plain()) } 1 .. 25;
	is(scalar(() = tls($p, ['-o', 'tap'], @many)->{out} =~ /- rule:/g), 10, 'ten offenders');
};

subtest 'figures' => sub {
	my @log = glob 'samples/lab/*.log';
	my $p = policy("[policy]\ninclude no-plaintext\n[limits]\nloopback judge\n");
	my $t = run('mxtrace', '-q', '-y', 2026, '-z', 'UTC', 'samples/lab/out-tls-iso.log', 'samples/lab/in-tls-iso.log', 'samples/lab/out-reuse.log');
	my $r = run('mxtls', '-p', $p, '-a', '-', { in => $t->{out} });
	my @rec = map { $js->decode($_) } split /\n/, $t->{out};
	my @same = grep { ($_->{parent_why} // '') eq 'queued-as' } @rec;
	my @hop = grep { $_->{type} eq 'delivery' ? $_->{status} eq 'sent' : $_->{type} eq 'message' && $_->{qid} ne 'NOQUEUE' && $_->{status} ne 'rejected' } @rec;
	my %n;
	$n{$_->{tls} // 'unknown'}++ for @hop;
	my %f;
	$f{"$_->{verdict} $_->{rule}"}++ for grep { $_->{type} eq 'finding' } map { $js->decode($_) } split /\n/, $r->{out};
	is(scalar @same, 0, 'no hop is there twice');
	cmp_ok($n{plaintext}, '>', 5, 'plaintext is there');
	is($f{"$V plaintext"}, $n{plaintext}, 'plaintext');
	is($f{'compliant met'}, ($n{encrypted} // 0) + ($n{authenticated} // 0), 'encrypted');
	is($f{'not-applicable local'} // 0, $n{local} // 0, 'local');
	my $raw = run('mxtls', '-p', $p, '-a', '-y', 2026, '-z', 'UTC', 'samples/lab/out-tls-iso.log', 'samples/lab/in-tls-iso.log', 'samples/lab/out-reuse.log');
	is(without($raw->{out}, 'source'), without($r->{out}, 'source'), 'logs and records give the same');
	is($raw->{status}, $r->{status}, 'and the same status');
	my %id;
	$id{$_->{id}}++ for grep { $_->{type} eq 'finding' && $_->{verdict} eq $V } map { $js->decode($_) } split /\n/, $r->{out};
	is((grep { !/^[0-9a-f]{32}$/ } keys %id), 0, 'ids');
	is(without(run('mxtls', '-p', $p, '-a', '-', { in => $t->{out} })->{out}, 'source'), without($r->{out}, 'source'), 'the same in another run');
};

subtest 'statuses' => sub {
	my $f = put("$dir/s.log", $log);
	is(run('mxtls', '-q', '-p', 'no-plaintext', '-y', 2026, $f)->{status}, 1, 'violations');
	is(run('mxtls', $f)->{status}, 2, 'no policy');
	is(run('mxtls', '-p', "$dir/nosuch", $f)->{status}, 2, 'a policy that is not there');
	my $name = run('mxtls', '-p', 'no-such-policy', $f);
	is("$name->{status} $name->{err}", "2 mxtls: no-such-policy: no such file, and no built-in policy; 'mxtls --show list' names those\n", 'nor a name that is none');
	is(run('mxtls', '-p', $dir, $f)->{status}, 2, 'a policy that is a directory');
	is(run('mxtls', '-p', 'strict', "$dir/nosuch.log")->{status}, 2, 'evidence that is not there');
	is(run('mxtls', '-q', '-p', 'strict', put("$dir/o.log", $other))->{status}, 2, 'nothing of Postfix proves nothing');
	is(run('mxtls', '-p', 'no-plaintext', '-', { in => records(out()) })->{status}, 2, 'a stream cut short');
	is(run('mxtls', '-p', 'no-plaintext', '-', { in => records(out(plain())) })->{status}, 1, 'a violation beats it');
	my $no = run('mxtls', '-p', 'no-plaintext', '-', { in => records(@end) });
	is($no->{status}, 2, 'no hop proves nothing');
	like($no->{err}, qr/no hop was judged, so nothing is proven/, 'and that is told');
	is(run('mxtls', '-p', 'no-plaintext', '-', { in => records(out(%plain, tls => 'local', relay => 'local'), @end) })->{status}, 0, 'mail that stayed on its host does');
	is(run('mxtls', '-p', policy(def('inbound', 'may')), '-', { in => records(out(%plain, tls => 'local', relay => 'local'), out(), @end) })->{status}, 2, 'unless some did not, and no line is about it');
	is(run('mxtls', '-q', '-p', 'no-plaintext', '-s', '2026-09-01', '-u', '2026-09-02', '-', { in => records(out(), @end) })->{status}, 0, 'a window that is covered');
	my $w = run('mxtls', '-p', 'no-plaintext', '-s', '2026-09-01', '-u', '2026-09-05', '-', { in => records(out(), @end) });
	is($w->{status}, 2, 'one that is not');
	like($w->{err}, qr/window is not covered/, 'is told');
	is(run('mxtls', '-p', 'no-plaintext', '-', { in => records(out(), @end), to => '/dev/full' })->{status}, 2, 'output that cannot be written');
	is(run('mxtls', '-p', 'no-plaintext', '--unknown-limit', 'x', $f)->{status}, 2, 'a bad limit');
	is(run('mxtls', '-p', 'no-plaintext', '--nexthop', 'x', $f)->{status}, 2, 'a bad next hop');
	is(run('mxtls', '-p', 'no-plaintext', '-o', 'yaml', $f)->{status}, 2, 'a bad format');
	my $c = run('mxtls', '-q', '-p', 'no-plaintext', '-o', 'csv', '-f', 'rule,to', '-', { in => records(out(plain(), to => '=1+1@example.org'), @end) });
	like($c->{out}, qr/^plaintext,"?'=1\+1/m, 'csv is guarded');
	is(run('mxtls', '-p', 'no-plaintext', '-o', 'text', '-', { in => records(out(plain(), to => "\e[31m\@example.org"), @end) })->{out} =~ /\e/, '', 'text is clean');
};

subtest 'samples' => sub {
	for my $want (sort glob 'samples/policy/*.want') {
		my ($log, $p) = $want =~ m{([^/]+)-(lab(?:-\w+)?)\.want$} or die "$want\n";
		my $r = run('mxtls', '-q', '-y', 2026, '-z', 'UTC', '-p', "samples/policy/$p.policy", "samples/lab/$log.log");
		my @f = grep { $_->{type} eq 'finding' } map { $js->decode($_) } split /\n/, $r->{out};
		my @got = map { my $f = $_; $js->encode({ map { exists $f->{$_} ? ($_ => $f->{$_}) : () }
		    qw(verdict rule severity to client_addr relay_name line) }) } @f;
		is(join("\n", @got), join("\n", map { $js->encode($js->decode($_)) } split /\n/, slurp($want)), "$log, $p");
		my $is = (grep { $_->{verdict} eq $V } @f) ? 1 : (grep { $_->{verdict} eq 'unknown' } @f) ? 2 : 0;
		is($r->{status}, $is, "$log, $p: status");
	}
};

done_testing();
