package Lab::Mx;

# Outbound by DNS: several mail exchangers, DANE, fallback relay, servers that
# fall silent, and what the SMTP client can be told otherwise.

use strict;
use warnings;
use Time::HiRes qw(sleep time);

my $inst = 'postfix-mx';
my $srv = '127.0.0.17:2525';
my $zone = 'dns.example.net';	# nothing in it is authenticated
my $safe = 'safe.example.net';	# all in it is

# Sinks of this group.
my %sink = (
	'mx-plain' => {}, 'mx-tls' => { tls => { cert => 'good' } },
	'mx-busy' => { greet => '421 4.3.2 too busy' },
	'mx-mail451' => { tls => { cert => 'good' }, mail => '451 4.3.0 other one' },
	'mx-rcpt' => { tls => { cert => 'good' } },
	'mx-broken' => { tlsbreak => 'garbage' },
	'mx-chain' => { tls => { cert => 'chain' } },
	'mx-wrong' => { tls => { cert => 'wrong' } },
	'mx-dsn' => { dsn => 1 },
	'mx-wrap' => { tls => { cert => 'good' }, wrap => 1 },
	'mx-small' => { ehlo => "250-mx-small.example.net\n250 SIZE 10" },
	(map { ("hang-$_" => { hang => $_ }) }
	    qw(connect ehlo mail rcpt data eod)),
	'hang-starttls' => { hang => 'starttls', starttls => 'unused' },
	'hang-handshake' => { hang => 'handshake', tls => { cert => 'good' } },
	'hang-rcpt-tls' => { hang => 'rcpt', tls => { cert => 'good' } },
);

# Scenario, exchangers in order, policy, status, tls, sink that must have it;
# `in' names the zone, `via' the transport.
my @domains = (
	[ 'mx-second', [qw(mx-busy mx-plain)], '', 'sent', 'plaintext', 'mx-plain' ],
	[ 'mx-dead', [qw(mx-nobody mx-tls)], '', 'sent', 'encrypted', 'mx-tls' ],
	[ 'mx-mail', [qw(mx-mail451 mx-plain)], '', 'sent', 'plaintext', 'mx-plain' ],
	[ 'mx-mail-tls', [qw(mx-mail451 mx-tls)], '', 'sent', 'encrypted', 'mx-tls' ],
	[ 'mx-handshake', [qw(mx-broken mx-tls)], '', 'sent', 'encrypted', 'mx-tls' ],
	[ 'mx-handshake-plain', [qw(mx-broken mx-plain)], '', 'sent', 'plaintext', 'mx-plain' ],
	[ 'mx-handshake-last', [qw(mx-plain451 mx-broken)], '', 'deferred', 'refused' ],
	[ 'mx-encrypt', [qw(mx-plain mx-tls)], 'encrypt', 'sent', 'encrypted', 'mx-tls' ],
	[ 'mx-encrypt-none', [qw(mx-plain mx-plain451)], 'encrypt', 'deferred', 'refused' ],
	[ 'mx-encrypt-then-dead', [qw(mx-plain mx-nobody)], 'encrypt', 'deferred', 'none-attempted' ],
	[ 'mx-dead-then-451', [qw(mx-nobody mx-plain451)], '', 'deferred', 'plaintext' ],
	[ 'mx-secure', [qw(mx-wrong mx-tls)], 'secure match=mx-tls.example.net', 'sent', 'authenticated', 'mx-tls' ],
	[ 'mx-verify', [qw(mx-tls)], 'verify match=hostname', 'sent', 'authenticated', 'mx-tls' ],
	[ 'mx-secure-nexthop', [qw(mx-tls)], 'secure', 'deferred', 'refused' ],
	[ 'mx-fingerprint', [qw(mx-wrong)], 'fingerprint match=%wrong%', 'sent', 'authenticated', 'mx-wrong' ],
	[ 'mx-policy-none', [qw(mx-tls)], 'none', 'sent', 'plaintext', 'mx-tls' ],
	[ 'mx-null', undef, '', 'bounced', 'none-attempted' ],
	[ 'mx-nxdomain', 'absent', '', 'bounced', 'none-attempted' ],
	[ 'servfail-mx', 'absent', '', 'deferred', 'none-attempted' ],
	[ 'mx-unreachable', [qw(far-away)], '', 'deferred', 'none-attempted' ],
	[ 'dane-ok', [qw(host-good)], 'dane', 'sent', 'authenticated', 'mx-tls', in => 'safe' ],
	[ 'dane-wrong', [qw(host-wrong)], 'dane', 'deferred', 'refused', undef, in => 'safe' ],
	[ 'dane-both', [qw(host-wrong host-good)], 'dane', 'sent', 'authenticated', 'mx-tls', in => 'safe' ],
	[ 'dane-none', [qw(host-bare)], 'dane', 'sent', 'encrypted', 'mx-tls', in => 'safe' ],
	[ 'dane-none-plain', [qw(host-plain0)], 'dane', 'sent', 'plaintext', 'mx-plain', in => 'safe' ],
	[ 'dane-insecure', [qw(mx-tls)], 'dane', 'sent', 'encrypted', 'mx-tls' ],
	[ 'dane-half', [qw(host-good)], 'dane', 'sent', 'encrypted', 'mx-tls' ],
	[ 'dane-unusable', [qw(host-odd)], 'dane', 'sent', 'encrypted', 'mx-tls', in => 'safe' ],
	[ 'dane-not-offered', [qw(host-plain)], 'dane', 'deferred', 'refused', undef, in => 'safe' ],
	[ 'dane-lookup', [qw(servfail-tlsa)], 'dane', 'deferred', 'refused|none-attempted', undef, in => 'safe' ],
	[ 'dane-only-ok', [qw(host-good)], 'dane-only', 'sent', 'authenticated', 'mx-tls', in => 'safe' ],
	[ 'dane-only-none', [qw(host-bare)], 'dane-only', 'deferred', 'refused', undef, in => 'safe' ],
	[ 'dane-only-insecure', [qw(mx-tls)], 'dane-only', 'deferred', 'refused' ],
	[ 'dane-ta', [qw(host-ca)], 'dane', 'sent', 'authenticated', 'mx-chain', in => 'safe' ],
	[ 'fallback-dead', [qw(mx-nobody)], '', 'sent', 'encrypted', 'mx-tls', via => 'fallback' ],
	[ 'fallback-nxdomain', 'absent', '', 'sent', 'encrypted', 'mx-tls', via => 'fallback' ],
	[ 'fallback-greet', [qw(mx-busy)], '', 'sent', 'encrypted', 'mx-tls', via => 'fallback' ],
	[ 'fallback-unused', [qw(mx-plain)], '', 'sent', 'plaintext', 'mx-plain', via => 'fallback' ],
	[ 'fallback-encrypt', [qw(mx-plain)], 'encrypt', 'sent', 'encrypted', 'mx-tls', via => 'fallback' ],
	[ 'hang-connect', [qw(hang-connect)], '', 'deferred', 'none-attempted', undef, via => 'hasty' ],
	[ 'hang-ehlo', [qw(hang-ehlo)], '', 'deferred', 'none-attempted', undef, via => 'hasty' ],
	[ 'hang-starttls', [qw(hang-starttls)], '', 'deferred', 'none-attempted', undef, via => 'hasty' ],
	[ 'hang-handshake', [qw(hang-handshake)], '', 'deferred', 'refused', undef, via => 'hasty' ],
	[ 'hang-mail', [qw(hang-mail)], '', 'deferred', 'plaintext', undef, via => 'hasty' ],
	[ 'hang-rcpt', [qw(hang-rcpt)], '', 'deferred', 'plaintext', undef, via => 'hasty' ],
	[ 'hang-rcpt-tls', [qw(hang-rcpt-tls)], '', 'deferred', 'encrypted', undef, via => 'hasty' ],
	[ 'hang-data', [qw(hang-data)], '', 'deferred', 'plaintext', undef, via => 'hasty' ],
	[ 'hang-eod', [qw(hang-eod)], '', 'deferred', 'plaintext', undef, via => 'hasty' ],
	[ 'hang-then-tls', [qw(hang-ehlo mx-tls)], '', 'sent', 'encrypted', 'mx-tls', via => 'hasty' ],
	[ 'log2-tls', [qw(mx-tls)], '', 'sent', 'encrypted', 'mx-tls', via => 'log2' ],
	[ 'log2-plain', [qw(mx-plain)], '', 'sent', 'plaintext', 'mx-plain', via => 'log2' ],
	[ 'log2-verify', [qw(mx-tls)], 'verify', 'sent', 'authenticated', 'mx-tls', via => 'log2' ],
	[ 'log2-dane', [qw(host-wrong host-good)], 'dane', 'sent', 'authenticated', 'mx-tls', via => 'log2', in => 'safe' ],
	[ 'log3-tls', [qw(mx-tls)], '', 'sent', 'encrypted', 'mx-tls', via => 'log3' ],
	[ 'log3-refused', [qw(mx-wrong)], 'secure', 'deferred', 'refused', undef, via => 'log3' ],
	[ 'log4-tls', [qw(mx-tls)], '', 'sent', 'encrypted', 'mx-tls', via => 'log4' ],
	[ 'verbose-tls', [qw(mx-tls)], '', 'sent', 'encrypted', 'mx-tls', via => 'verbose' ],
	[ 'verbose-plain', [qw(mx-plain)], '', 'sent', 'plaintext', 'mx-plain', via => 'verbose' ],
	[ 'wrapper-out', [qw(mx-wrap)], 'encrypt', 'sent', 'encrypted', 'mx-wrap', via => 'wrapped' ],
	[ 'wrapper-not', [qw(mx-plain)], 'encrypt', 'deferred', 'refused', undef, via => 'wrapped' ],
	[ 'size-of-server', [qw(mx-small)], '', 'bounced', 'plaintext' ],
	[ 'status-filter', [qw(mx-plain451)], '', 'bounced', 'plaintext', undef, via => 'filtered' ],
	[ 'no-transport', [qw(mx-plain)], '', 'deferred', 'none-attempted', undef, via => 'absent' ],
);

sub sinks {
	Lab::Scenarios::sink($_, %{$sink{$_}}) for sort keys %sink;
	Lab::Scenarios::sink('mx-plain451', mail => '451 4.3.0 later');
}

# Names that are asked for; `safe' says which are authenticated.
sub safe { return $safe }

sub names {
	my ($bed) = @_;
	my $ip = \%Lab::Scenarios::ip;
	my %z = map { $_ => [ [ A => $ip->{$_} ] ] } keys %$ip;
	my $d = "$bed->{dir}/tls";
	my $spki = sub {
		my $h = `openssl x509 -in $d/$_[0].pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r`;
		return $h =~ /^([0-9a-f]{64})/ ? $1 : die "lab: no digest of $_[0]\n";
	};
	my %host = ('mx-nobody.example.net' => '127.0.1.253',
	    "far-away.$zone" => '192.0.2.1',
	    map { ("host-$_.$safe" => $ip->{'mx-tls.example.net'}) } qw(good wrong bare odd));
	$host{"host-ca.$safe"} = $ip->{'mx-chain.example.net'};
	$host{"host-plain.$safe"} = $host{"host-plain0.$safe"} = $ip->{'mx-plain.example.net'};
	$host{"servfail-tlsa.$safe"} = $ip->{'mx-tls.example.net'};

	$z{$_} = [ [ A => $host{$_} ] ] for keys %host;
	my $good = $spki->('good');
	$z{"_2525._tcp.host-good.$safe"} = [ [ TLSA => [ 3, 1, 1, $good ] ] ];
	$z{"_2525._tcp.host-wrong.$safe"} = [ [ TLSA => [ 3, 1, 1, $spki->('wrong') ] ] ];
	$z{"_2525._tcp.host-odd.$safe"} = [ [ TLSA => [ 3, 1, 9, $good ] ] ];
	$z{"_2525._tcp.host-plain.$safe"} = [ [ TLSA => [ 3, 1, 1, $good ] ] ];
	$z{"_2525._tcp.host-ca.$safe"} = [ [ TLSA => [ 2, 1, 1, $spki->('ca') ] ] ];
	$z{"_2525._tcp.servfail-tlsa.$safe"} = [];
	for my $s (@domains, [ 'mx-split', [qw(mx-rcpt mx-plain)] ]) {
		my ($name, $mx, undef, undef, undef, undef, %o) = @$s;
		next if ($mx // '') eq 'absent';
		my $pref = 0;
		$z{"$name." . ($o{in} ? $safe : $zone)} = $mx ? [ map {
			[ MX => [ $pref += 10, /^(host|servfail)-/ ? "$_.$safe"
			    : /^far-away$/ ? "$_.$zone" : "$_.example.net" ] ]
		} @$mx ] : [ [ MX => [ 0, '' ] ] ];
	}
	return \%z;
}

sub instances {
	my ($bed) = @_;
	my ($tr, $po) = ('', '');
	my $opt = sub { "$_[0] unix - - n - - smtp" . join '', map { "\n  -o $_" } @_[1 .. $#_] };
	my @hasty = map { "smtp_${_}_timeout=2s" }
	    qw(helo starttls mail rcpt data_init data_xfer data_done quit rset);

	# a trust anchor is only found in a chain that has it
	my $tls = "$bed->{dir}/tls";
	Lab::Bed::run("cat $tls/deep.pem $tls/ca.pem >$tls/chain.pem && cp $tls/deep.key $tls/chain.key");
	for my $s (@domains, [ 'mx-split', undef, '' ]) {
		my ($name, undef, $policy, undef, undef, undef, %o) = @$s;
		my $dom = "$name." . ($o{in} ? $safe : $zone);
		$policy =~ s/%(\w+)%/$bed->{fp}{$1}/g;
		$tr .= "$dom " . ($o{via} // 'smtp') . ":$dom:2525\n";
		$po .= "$dom:2525 $policy\n" if $policy;
	}
	$tr .= "$_.example.net smtp:[$_.example.net]:2525\n" for qw(tlsbox mx-dsn);
	$tr .= "tlsbox-$_.example.net $_:[tlsbox.example.net]:2525\n" for qw(log2 log3 log4);
	$tr .= "sender.example.org smtp:[notices.example.net]:2525\n";
	$tr .= "suspend.example.net lame:[127.0.0.1]:9\n";
	$tr .= "suspend-tls.example.net lame:[mx-plain.example.net]:2525\n";
	$po .= "[mx-plain.example.net]:2525 encrypt\n";
	Lab::Bed::put("$bed->{dir}/statusfilter", "/^4(.*)/ 5\$1\n");
	$bed->instance($inst, host => 'far.example.org', ip => '127.0.0.17',
	    transport => $tr, policy => $po,
	    main => {
		enable_long_queue_ids => 'yes',
		smtp_host_lookup => 'dns', smtp_dns_support_level => 'dnssec',
		smtp_connection_cache_on_demand => 'no',
		lame_destination_concurrency_failed_cohort_limit => 1,
		lame_initial_destination_concurrency => 1,
	    },
	    master => [
		"$srv inet n - n - - smtpd",
		$opt->('hasty', @hasty),
		$opt->('fallback', 'smtp_fallback_relay=[mx-tls.example.net]:2525'),
		$opt->('log2', 'smtp_tls_loglevel=2', "syslog_name=$inst/log2"),
		$opt->('log3', 'smtp_tls_loglevel=3', "syslog_name=$inst/log3"),
		$opt->('log4', 'smtp_tls_loglevel=4', "syslog_name=$inst/log4"),
		"verbose unix - - n - - smtp -v",
		$opt->('wrapped', 'smtp_tls_wrappermode=yes'),
		$opt->('filtered', "smtp_delivery_status_filter=regexp:$bed->{dir}/statusfilter"),
		$opt->('lame'),
	    ]);
	push @{$bed->{warm}}, map { [ $inst, $srv, "warm\@$_.example.net", 'tlsbox' ] }
	    qw(tlsbox tlsbox-log2 tlsbox-log3 tlsbox-log4);
}

# One message, and what becomes of each recipient: [ TO, STATUS, TLS, SINK ].
sub one {
	my ($bed, $scn, $message, $rcpt, %o) = @_;
	my $mid = Lab::Scenarios::mid($scn);
	my $from = "s-$scn\@sender.example.org";

	Lab::Scenarios::submit(server => $srv, from => $from, mid => $mid,
	    to => [ map { $_->[0] } @$rcpt ], %o);
	$bed->{truth}->add(scenario => $scn, expect => 'message', message_id => $mid,
	    instance => $inst, from => $from, client_addr => '127.0.3.1',
	    tls => 'plaintext', host => 'far.example.org', status => $message);
	$bed->{truth}->add(scenario => $scn, expect => 'delivery', message_id => $mid,
	    instance => $inst, to => $_->[0], status => $_->[1], tls => $_->[2],
	    count => 1, sink => $_->[3], needs_tag => $_->[2] eq 'plaintext' || undef)
	    for @$rcpt;
}

sub scenarios {
	my ($bed) = @_;

	$bed->say_('mail exchangers');
	for my $s (@domains) {
		my ($name, undef, undef, $status, $tls, $sink, %o) = @$s;
		my $to = "u-$name\@$name." . ($o{in} ? $safe : $zone);
		one($bed, $name, $status, [ [ $to, $status, $tls, $sink ] ]);
	}
	# one recipient is taken by the first host, the other by the second
	one($bed, 'mx-split', 'sent', [
		[ "u\@mx-split.$zone", 'sent', 'encrypted', 'mx-rcpt' ],
		[ "once-split\@mx-split.$zone", 'sent', 'plaintext', 'mx-plain' ] ]);
	# a next hop that reports itself
	one($bed, 'dsn-passed-on', 'sent',
	    [ [ 'u@mx-dsn.example.net', 'sent', 'plaintext', 'mx-dsn' ] ],
	    rcptopt => ' NOTIFY=SUCCESS');
	# a host that is down is given up for the others in the queue
	one($bed, 'suspended', 'deferred',
	    [ [ "u$_\@suspend.example.net", 'deferred', 'none-attempted' ] ]) for 1 .. 4;
	one($bed, 'suspended-tls', 'deferred',
	    [ [ "u$_\@suspend-tls.example.net", 'deferred', 'refused' ] ]) for 1 .. 4;
}

1;
