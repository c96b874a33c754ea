package Lab::Rules;

# For the rules of mxtls: what breaks each, what nearly does, and what the
# log cannot tell.  Scenarios are rule-RULE-KIND; KIND is bad, near or dark.

use strict;
use warnings;
use MIME::Base64;
use Time::HiRes qw(sleep);

my $inst = 'postfix-rules';
my $ip = '127.0.0.16';
my %srv = (main => "$ip:2525", submission => "$ip:2587");

# name, TLS of the sink, Postfix's policy, what is true, transport.
my @out = (
	[ 'cipher-null-bad', { v => 'TLSv1_2', ciphers => 'NULL-SHA256' }, 'may ciphers=null', 'encrypted' ],
	[ 'cipher-null-near', { v => 'TLSv1_2', ciphers => 'AES128-SHA256' }, 'encrypt', 'encrypted' ],
	[ 'cipher-excluded-bad', { v => 'TLSv1_2', ciphers => 'ECDHE-RSA-CHACHA20-POLY1305' }, 'encrypt', 'encrypted' ],
	[ 'cipher-excluded-near', { v => 'TLSv1_2', ciphers => 'ECDHE-RSA-AES128-GCM-SHA256' }, 'encrypt', 'encrypted' ],
	[ 'cipher-camellia-bad', { v => 'TLSv1_2', ciphers => 'ECDHE-RSA-CAMELLIA256-SHA384' }, 'encrypt', 'encrypted' ],
	[ 'no-forward-secrecy-bad', { v => 'TLSv1_2', ciphers => 'AES256-GCM-SHA384' }, 'encrypt', 'encrypted' ],
	[ 'no-forward-secrecy-near', { v => 'TLSv1_2', ciphers => 'DHE-RSA-AES256-GCM-SHA384' }, 'encrypt', 'encrypted' ],
	[ 'not-aead-bad', { v => 'TLSv1_2', ciphers => 'ECDHE-RSA-AES256-SHA384' }, 'encrypt', 'encrypted' ],
	[ 'not-aead-near', { v => 'TLSv1_2', ciphers => 'ECDHE-RSA-AES256-CCM:ECDHE-RSA-AES256-GCM-SHA384' }, 'encrypt', 'encrypted' ],
	[ 'anonymous-bad', { v => 'TLSv1_2', ciphers => 'ADH-AES128-SHA256' }, 'encrypt', 'encrypted' ],
	[ 'anonymous-near', { v => 'TLSv1_2', ciphers => 'DHE-RSA-AES128-SHA256' }, 'encrypt', 'encrypted' ],
);

# The same peer twice, otherwise the second time.
my @twice = (
	[ 'tls-lost-bad', { tls => { cert => 'unknown' }, tls_until => 1 }, 'encrypted', 'plaintext' ],
	[ 'tls-lost-near', { tls => { cert => 'unknown' }, tls_from => 2 }, 'plaintext', 'encrypted' ],
	[ 'tls-lost-dark', { tls => { cert => 'unknown' }, tls_until => 1 }, 'encrypted', 'plaintext' ],
	[ 'trust-changed-bad', { tls => { certs => [qw(good unknown)] } }, 'encrypted', 'encrypted' ],
	[ 'trust-changed-near', { tls => { certs => [qw(unknown good)] } }, 'encrypted', 'encrypted' ],
	[ 'trust-changed-dark', { tls => { certs => [qw(good unknown)] } }, 'encrypted', 'encrypted' ],
);

sub sinks {
	for my $s (@out) {
		my ($name, $tls) = @$s;
		Lab::Scenarios::sink("rule-$name", tls => { cert => 'unknown', %$tls });
	}
	Lab::Scenarios::sink("rule-$_->[0]", %{$_->[1]}) for @twice;
}

sub instances {
	my ($bed) = @_;
	my ($tr, $po) = ('', '');
	my $hop = sub { Lab::Scenarios::hop($bed, "$_[0].example.net", 2525) };

	for my $s (@out) {
		my ($name, undef, $policy) = @$s;
		$tr .= "rule-$name.example.net smtp:" . $hop->("rule-$name") . "\n";
		$po .= $hop->("rule-$name") . " $policy\n";
	}
	for my $s (@twice) {
		my ($name) = @$s;
		my $second = $name =~ /dark/ ? 'nolog' : 'smtp';
		$tr .= "u2-$name\@rule-$name.example.net $second:" . $hop->("rule-$name") . "\n" .
		    "rule-$name.example.net smtp:" . $hop->("rule-$name") . "\n";
	}
	$tr .= "$_.example.net smtp:" . $hop->($_) . "\n" for qw(box tlsbox);
	my @smtpd = ('smtpd_sasl_auth_enable=yes', 'smtpd_tls_auth_only=no');
	my $svc = sub { join "\n  -o ", "$srv{$_[0]} inet n - n - - smtpd", @_[1 .. $#_] };
	$bed->instance($inst, host => 'rules.example.org', ip => $ip,
	    transport => $tr, policy => $po,
	    main => {
		enable_long_queue_ids => 'yes',
		smtp_connection_cache_on_demand => 'no',
		tls_null_cipherlist => 'eNULL:!aNULL:@SECLEVEL=0',
		smtpd_sasl_type => 'dovecot', smtpd_sasl_path => "$bed->{dir}/auth.sock",
	    },
	    master => [
		$svc->('main', @smtpd),
		$svc->('submission', @smtpd, "syslog_name=$inst/submission"),
		"nolog unix - - n - - smtp\n  -o syslog_name=$inst/nolog\n  -o smtp_tls_loglevel=0",
	    ]);
	push @{$bed->{warm}}, [ $inst, $srv{main}, 'warm@tlsbox.example.net', 'tlsbox' ];
}

# A message and its delivery.
sub want {
	my ($bed, $scn, %o) = @_;
	my $t = $bed->{truth};

	$t->add(scenario => $scn, expect => 'message', message_id => $o{mid},
	    instance => $inst, from => $o{from}, client_addr => $o{addr},
	    sasl_user => $o{user}, tls => $o{in}, status => 'sent',
	    host => 'rules.example.org', tls_may_be_unknown => $o{dark});
	$t->add(scenario => $scn, expect => 'delivery', message_id => $o{mid},
	    instance => $inst, to => $o{to}, status => 'sent', tls => $o{tls},
	    count => 1, sink => $o{sink}, tls_may_be_unknown => $o{unk},
	    needs_tag => $o{tls} eq 'plaintext' && !$o{unk} || undef);
}

sub one {
	my ($bed, $scn, %o) = @_;

	$o{mid} = Lab::Scenarios::mid($scn);
	$o{from} //= "s-$scn\@sender.example.org";
	$o{addr} //= '127.0.3.1';
	$o{in} //= 'plaintext';
	my $c = Lab::Scenarios::submit(%o, server => $srv{$o{server} // 'main'});
	want($bed, $scn, %o);
	return $c;
}

sub scenarios {
	my ($bed) = @_;
	my $auth = encode_base64("\0user one\0secret", '');
	my @login = (auth => $auth, user => 'user one');
	my @box = (to => 'u@box.example.net', sink => 'box', tls => 'plaintext');
	my @sub = (server => 'submission', addr => '127.0.3.2', @box);
	my %first;

	$bed->say_('rules');
	for my $s (@out) {
		my ($name, undef, undef, $tls) = @$s;
		one($bed, "rule-$name", to => "u\@rule-$name.example.net", tls => $tls, sink => "rule-$name");
	}
	for my $s (@twice) {
		my ($name, undef, $tls) = @$s;
		one($bed, "rule-$name", to => "u1-$name\@rule-$name.example.net", tls => $tls, sink => "rule-$name");
	}
	# A connection that is never closed leaves no counters in the log.
	my @in = ([ 'plaintext-bad' ], [ 'plaintext-near', starttls => {}, in => 'encrypted' ],
	    [ 'plaintext-dark', stay => 1, dark => 1 ],
	    [ 'auth-plaintext-bad', @login ],
	    [ 'auth-plaintext-near', @login, starttls => {}, in => 'encrypted' ],
	    [ 'auth-plaintext-dark', @login, stay => 1, dark => 1 ]);
	my @submission = ([ 'submission-plaintext-bad' ],
	    [ 'submission-plaintext-near', @login, starttls => {}, in => 'encrypted' ],
	    [ 'submission-plaintext-dark', stay => 1, dark => 1 ],
	    [ 'unauthenticated-bad', starttls => {}, in => 'encrypted' ],
	    [ 'unauthenticated-near', @login, starttls => {}, in => 'encrypted' ],
	    [ 'unauthenticated-dark', stay => 1, dark => 1 ]);
	for my $i (@in, map { [ @$_, @sub ] } @submission) {
		my ($name, %o) = @$i;
		my $c = one($bed, "rule-$name", addr => '127.0.3.3', @box, %o);
		push @{$bed->{stay}}, $c if $o{stay};
	}
	$bed->wait_sinks('rules');
	sleep 1.1;		# peers are followed by the second
	for my $s (@twice) {
		my ($name, undef, undef, $tls) = @$s;
		one($bed, "rule-$name", to => "u2-$name\@rule-$name.example.net", tls => $tls,
		    sink => "rule-$name", unk => $name =~ /dark/ || undef);
	}
}

1;
