#!/usr/bin/perl

# What scripts for Postfix logs get wrong without a word: TLS connections
# that are used again, conn_use=, the tls= of Postfix 3.11, RFC 3339 stamps,
# and TLS log level 0.  On real logs, against what the sinks saw: verdict,
# figures and exit status of mxtls, and the page of mxreport.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8->canonical;
my $dir = dir();
my @read = ('-y', 2026, '-z', 'UTC', '--now', '2026-12-01T00:00:00Z');
my %p = map { $_ => put("$dir/$_.policy", "[default]\noutbound $_\n[limits]\nloopback judge\n[rules]\ntls-lost info\n") } qw(encrypt secure);

sub lines { return map { $js->decode($_) } grep { /^\{/ } split /\n/, $_[0] }

# The deliveries that were sent, as the bed knows them: {to} = TLS.
sub truth {
	my ($sample, $re) = @_;
	return map { ("$_->{message_id} $_->{to}" => $_->{tls}) } grep { $_->{expect} eq 'delivery' && $_->{status} eq 'sent' && $_->{scenario} =~ $re &&
	    $_->{tls} =~ /^(?:plaintext|encrypted|authenticated)$/ } lines(slurp("samples/lab/$sample.truth"));
}

# {message to} = "verdict rule" of the same, and the run.
sub judge {
	my ($policy, $log) = @_;
	my $r = run('mxtls', '-a', @read, '-p', $p{$policy}, $log);
	my %v;
	for my $f (grep { $_->{type} eq 'finding' && defined $_->{to} && ($_->{status} // '') eq 'sent' && $_->{rule} ne 'classical-kex' } lines($r->{out})) {
		my $k = ($f->{message_id} // '') . " $f->{to}";
		$v{$k} = ($v{$k} // '') . "$f->{verdict} $f->{rule}";
	}
	return ($r, %v);
}

# What is right for each status under a policy that wants TLS, or a checked peer.
my %right = (
	encrypt => { plaintext => 'violation plaintext', encrypted => 'compliant met', authenticated => 'compliant met' },
	secure => { plaintext => 'violation plaintext', encrypted => 'violation unverified', authenticated => 'compliant met' },
);

sub same {
	my ($name, $policy, $log, %t) = @_;
	my ($r, %v) = judge($policy, $log);
	cmp_ok(scalar keys %t, '>', 3, "$name: deliveries to look at");
	my @wrong = grep { ($v{$_} // 'nothing') ne $right{$policy}{$t{$_}} } sort keys %t;
	is(scalar @wrong, 0, "$name, $policy: right verdicts") or diag(map { "$_ ($t{$_}): " . ($v{$_} // 'nothing') . "\n" } @wrong[0 .. ($#wrong > 4 ? 4 : $#wrong)]);
	return $r;
}

subtest 'a TLS connection that is used again' => sub {
	my %v = truth('out-reuse', qr/^reuse-verified$/);
	is(join(' ', sort { $a cmp $b } keys %{{ reverse %v }}), 'authenticated', 'the bed made them all authenticated');
	like(slurp('samples/lab/out-reuse.log'), qr/Verified TLS connection reused to reuse-verified/, 'and Postfix says "reused"');
	same('verified', $_, 'samples/lab/out-reuse.log', %v) for qw(encrypt secure);
	my %t = truth('out-reuse', qr/^reuse-tls/);
	same('trusted, and without a log level', $_, 'samples/lab/out-reuse.log', %t) for qw(encrypt secure);
};

subtest 'conn_use=' => sub {
	my $log = slurp('samples/lab/out-reuse.log');
	my %t = truth('out-reuse', qr/^reuse-plain$/);
	cmp_ok(scalar(() = $log =~ /relay=reuse-plain\S+ conn_use=\d+/g), '>', 5, 'is in the log');
	is(same('plaintext', 'encrypt', 'samples/lab/out-reuse.log', %t)->{status}, 1, 'status');
	# At log level 0 the cache itself is the proof, but for the first of each.
	my (undef, %v) = judge('encrypt', 'samples/lab/out-reuse.log');
	my %n = truth('out-reuse', qr/^reuse-nolog$/);
	my %used = map { $_ => $log =~ /to=<\Q${\ (split ' ', $_)[1]}\E>, relay=\S+ conn_use=/ ? 1 : 0 } keys %n;
	is($v{$_}, $used{$_} ? 'violation plaintext' : 'unknown tls-unknown', "$_: " . ($used{$_} ? 'cached, so plaintext' : 'not known')) for sort keys %n;
	cmp_ok(scalar(grep { $_ } values %used), '>', 3, 'most of them used the cache');
};

subtest 'tls= of Postfix 3.11' => sub {
	# The bed's Postfix is older: its lines, with the field as 3.11 writes it
	# for these policies (tls-audit reference 7.2), and no handshake lines.
	my %field = ('plain-not-offered' => 'may:none', 'may-454' => 'may:none', 'level-none' => 'none', untrusted => 'may', tls10 => 'may',
	    encrypt => 'encrypt', 'verified-secure' => 'secure', 'verified-verify' => 'verify', 'verified-fingerprint' => 'fingerprint');
	my $log = slurp('samples/lab/out-tls-iso.log');
	$log =~ s/^.* TLS connection established to .*\n//mg;
	for my $s (sort keys %field) {
		is($log =~ s/(to=<u-\Q$s\E\@.*?, delays=[\d.\/]+), dsn=/$1, tls=$field{$s}, dsn=/g, 1, "$s: its line");
	}
	my $f = put("$dir/tls-field.log", $log);
	my %t = truth('out-tls-iso', qr/^(?:@{[join '|', map { quotemeta } keys %field]})$/);
	is(same('the field', $_, $f, %t)->{status}, 1, "$_: status") for qw(encrypt secure);
};

subtest 'RFC 3339 stamps' => sub {
	my %t = truth('out-tls-iso', qr/./);
	my ($iso, %i) = judge('secure', 'samples/lab/out-tls-iso.log');
	my ($bsd, %b) = judge('secure', 'samples/lab/out-tls-bsd.log');
	same('ISO', $_, 'samples/lab/out-tls-iso.log', %t) for qw(encrypt secure);
	is_deeply(\%i, \%b, 'the same as with the old stamps');
	is($iso->{status} . ' ' . ($iso->{err} =~ /^(mxtls: .*hops judged.*)$/m)[0], $bsd->{status} . ' ' . ($bsd->{err} =~ /^(mxtls: .*hops judged.*)$/m)[0], 'figures and status, too');
	same('RFC 5424', 'encrypt', 'samples/lab/out-tls-rfc5424-slash.log', %t);
};

subtest 'TLS log level 0' => sub {
	my %t = truth('out-level0', qr/^nolog-(?:tls|plain)$/);
	my ($r, %v) = judge('encrypt', 'samples/lab/out-level0.log');
	is(scalar keys %t, 2, 'one in plaintext, one not, and the log says the same of both');
	is($v{$_}, 'unknown tls-unknown', "$_ ($t{$_})") for sort keys %t;
	is(scalar(grep { /UNKNOWN because TLS was not logged.*set smtp_tls_loglevel = 1/ } @{$r->{errs}}), 1, 'one loud line says what to set');
	# Where nothing else is wrong, the status is "cannot say".
	my @log = grep { !/nolog-noted/ } split /^/, slurp('samples/lab/out-level0.log');
	my $f = put("$dir/level0.log", @log);
	is(run('mxtls', @read, '-q', '-p', $p{encrypt}, $f)->{status}, 2, 'not 0');
	is(run('mxtls', @read, '-q', '-p', $p{encrypt}, '--unknown-limit', 100, $f)->{status}, 0, 'unless the policy allows for it');
	my $m = run('mxreport', @read, '-q', '-p', $p{encrypt}, $f);
	is($m->{status}, 2, 'the report: not 0');
	like($m->{out}, qr/^Of [2-9] of \d+ hops it is unknown whether they met the policy/m, 'and its first sentence says so');
	like($m->{out} =~ s/\s+/ /gr, qr/is unknown because TLS was not logged, or not yet after a start or reload\. To change that from now on, set smtp_tls_loglevel = 1/, 'with what to set');
};

done_testing();
