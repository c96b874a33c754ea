package Lab::Usual;

# What is usual at sites and was in no other group: connections shared by
# domains, cached ones that went stale, sessions resumed, mail that cleanup
# refuses or notes, mail from the command line, processes that die.
# Strangers are 127.0.6.N.

use strict;
use warnings;
use Time::HiRes qw(sleep time);
use Lab::Client;

my $inst = 'postfix-usual';
my $ip = '127.0.0.21';
my %srv = map { $_->[0] => "$ip:$_->[1]" }
    [ main => 2525 ], [ notes => 2526 ], [ table => 2527 ], [ restriction => 2528 ],
    [ killed => 2529 ];

sub sinks {
	Lab::Scenarios::sink('shared');
	Lab::Scenarios::sink('shared-tls', tls => { cert => 'good' });
	Lab::Scenarios::sink('stale', idle => 1);
	Lab::Scenarios::sink('stale-tls', idle => 1, tls => { cert => 'good' });
	Lab::Scenarios::sink('resumed', tls => { v => 'TLSv1_2', cert => 'good' });
	Lab::Scenarios::sink('killer', hang => 'eod', hangs => 1);
	Lab::Scenarios::sink('killer-tls', hang => 'eod', hangs => 1, tls => { cert => 'good' });
}

sub names {
	my ($bed) = @_;
	my $ip = \%Lab::Scenarios::ip;
	my %z = map { $_ => [ [ A => $ip->{$_} ] ] } keys %$ip;

	for my $n (1 .. 3) {
		$z{"shared$n.many.example.net"} = [ [ MX => [ 10, 'shared.example.net' ] ] ];
		$z{"tls$n.many.example.net"} = [ [ MX => [ 10, 'shared-tls.example.net' ] ] ];
	}
	return \%z;
}

sub instances {
	my ($bed) = @_;
	my $d = $bed->{dir};
	my $f = "$d/$inst/etc";
	my $svc = sub { join "\n  -o ", "$srv{$_[0]} inet n - n - - smtpd", @_[1 .. $#_] };
	my $opt = sub { "$_[0] unix - - n - - smtp" . join '', map { "\n  -o $_" } @_[1 .. $#_] };
	my $tr = join '', map { "$_->[0] $_->[1]\n" }
	    (map { ([ "shared$_.many.example.net" => "cache:shared$_.many.example.net:2525" ],
		[ "tls$_.many.example.net" => "tlscache:tls$_.many.example.net:2525" ]) } 1 .. 3),
	    [ 'stale.example.net' => 'cache:[stale.example.net]:2525' ],
	    [ 'stale-tls.example.net' => 'tlscache:[stale-tls.example.net]:2525' ],
	    [ 'resumed.example.net' => 'resume:[resumed.example.net]:2525' ],
	    [ 'tlscache.example.net' => 'tlscache:[tlsbox.example.net]:2525' ],
	    (map { [ "$_.example.net" => "smtp:[$_.example.net]:2525" ] } qw(box tlsbox)),
	    [ 'killer.example.net' => 'killme:[killer.example.net]:2525' ],
	    [ 'killer-tls.example.net' => 'killme:[killer-tls.example.net]:2525' ],
	    [ 'in.example.net' => 'smtp:[box.example.net]:2525' ],
	    [ 'sender.example.org' => 'smtp:[notices.example.net]:2525' ];

	$bed->instance($inst, host => 'usual.example.org', ip => $ip, transport => $tr,
	    policy => "[resumed.example.net]:2525 verify match=resumed.example.net\n",
	    main => {
		enable_long_queue_ids => 'yes', relay_domains => 'in.example.net',
		smtp_host_lookup => 'dns', smtp_dns_support_level => 'enabled',
		smtp_tls_session_cache_database => "btree:$d/$inst/data/smtp_scache",
		smtp_connection_cache_on_demand => 'no',
		header_checks => "pcre:$f/header", smtp_header_checks => "pcre:$f/outheader",
		cache_destination_concurrency_limit => 1,
		tlscache_destination_concurrency_limit => 1,
		minimal_backoff_time => '1s', transport_retry_time => '1s', service_throttle_time => '1s',
		queue_run_delay => '2s', maximal_backoff_time => '2s',
	    },
	    files => {
		header => "/^Subject: usual-info/ INFO noted\n/^Subject: usual-no/ REJECT not with that subject\n" .
		    "/^Subject: usual-strip/ STRIP\n",
		outheader => "/^X-Inside:/ IGNORE\n/^X-Told:/ WARN leaves us\n",
	    },
	    master => [
		$svc->('main'),
		$svc->('table', 'smtpd_recipient_restrictions=check_client_access,tcp:127.0.0.1:9'),
		$svc->('restriction', 'smtpd_recipient_restrictions=no_such_restriction'),
		$svc->('killed'),
		$opt->('cache', 'smtp_connection_cache_on_demand=yes', 'smtp_connection_cache_time_limit=8s',
		    'smtp_connection_cache_destinations=' . join ',', 'stale.example.net', map { "shared$_.many.example.net" } 1 .. 3),
		$opt->('tlscache', 'smtp_connection_cache_on_demand=yes', 'smtp_tls_connection_reuse=yes', 'smtp_connection_cache_time_limit=8s',
		    'smtp_connection_cache_destinations=' . join ',', 'stale-tls.example.net', map { "tls$_.many.example.net" } 1 .. 3),
		$opt->('resume'),
		$opt->('killme'),
	    ]);
	push @{$bed->{warm}}, map { [ $inst, $srv{main}, "warm\@$_.example.net", 'tlsbox' ] } qw(tlsbox tlscache);
}

sub add {
	my ($bed, $scn, $expect, %o) = @_;

	$bed->{truth}->add(scenario => $scn, expect => $expect, instance => $inst, %o);
}

# One message; what becomes of each recipient: [ TO, STATUS, TLS, SINK ].
sub one {
	my ($bed, $scn, $message, $rcpt, %o) = @_;
	my $mid = $o{mid} // Lab::Scenarios::mid($scn);
	my $from = $o{from} //= "s-$scn\@sender.example.org";
	my $addr = $o{addr} //= '127.0.3.7';
	my $c = Lab::Scenarios::submit(%o, server => $srv{$o{server} // 'main'}, mid => $mid,
	    to => [ map { $_->[0] } @$rcpt ]);

	want($bed, $scn, $mid, $message, $rcpt, from => $from, client_addr => $addr, tls => 'plaintext');
	return $c->queued;
}

sub want {
	my ($bed, $scn, $mid, $message, $rcpt, %o) = @_;

	add($bed, $scn, 'message', message_id => $mid, status => $message, %o);
	add($bed, $scn, 'delivery', message_id => $mid, to => $_->[0], status => $_->[1],
	    tls => $_->[2], count => 1, sink => $_->[3],
	    needs_tag => $_->[2] eq 'plaintext' || undef) for @$rcpt;
}

sub scenarios {
	my ($bed) = @_;

	$bed->say_('usual');
	killed($bed);
	shared($bed);
	twice($bed);
	headers($bed);
	command_line($bed);
	tables($bed);
	revived($bed);
}

# Domains that share a host share its connections; some are stale.
sub shared {
	my ($bed) = @_;

	for my $n (1 .. 3, 1 .. 3) {
		one($bed, 'shared', 'sent', [ [ "u$n\@shared$n.many.example.net", 'sent', 'plaintext', 'shared' ] ]);
		one($bed, 'shared-tls', 'sent', [ [ "u$n\@tls$n.many.example.net", 'sent', 'encrypted', 'shared-tls' ] ]);
	}
	for my $n (1 .. 2) {
		one($bed, 'stale', 'sent', [ [ "u$n\@stale.example.net", 'sent', 'plaintext', 'stale' ] ]);
		one($bed, 'stale-tls', 'sent', [ [ "u$n\@stale-tls.example.net", 'sent', 'encrypted', 'stale-tls' ] ]);
		one($bed, 'resumed', 'sent', [ [ "u$n\@resumed.example.net", 'sent', 'authenticated', 'resumed' ] ]);
		$bed->wait_sinks('the cached connections');
		sleep 1.5 if $n == 1;
	}
}

# The same Message-ID twice, and none.
sub twice {
	my ($bed) = @_;
	my $mid = Lab::Scenarios::mid('same-id');

	one($bed, 'same-id', 'sent', [ [ "u$_\@box.example.net", 'sent', 'plaintext', 'box' ] ], mid => $mid)
	    for 1, 2;
	for my $n (1, 2) {
		my $c = Lab::Scenarios::submit(server => $srv{main}, addr => "127.0.6.$n",
		    from => 's-no-id@sender.example.org', to => "u$n\@in.example.net");
		add($bed, 'no-id', 'message', client_addr => "127.0.6.$n", from => 's-no-id@sender.example.org',
		    tls => 'plaintext', status => 'sent');
	}
}

# Header checks that note, strip and refuse; on the way out, too.
sub headers {
	my ($bed) = @_;
	my @box = ([ 'u@box.example.net', 'sent', 'plaintext', 'box' ]);

	one($bed, 'header-info', 'sent', \@box, subject => 'usual-info');
	one($bed, 'header-strip', 'sent', \@box, subject => 'usual-strip');
	one($bed, 'header-out', 'sent', \@box, headers => [ 'X-Inside: secret', 'X-Told: status=bounced (no)' ]);
}

# Mail from the command line: taken by sendmail -bs, refused by a header check.
sub command_line {
	my ($bed) = @_;
	my $d = $bed->conf($inst);
	my $mid = Lab::Scenarios::mid('sendmail-bs');
	my $text = Lab::Scenarios::text(from => 's-bs@sender.example.org', to => 'u-bs@box.example.net', mid => $mid);

	Lab::Bed::put("$bed->{dir}/bs", "EHLO here\r\nMAIL FROM:<s-bs\@sender.example.org>\r\n" .
	    "RCPT TO:<u-bs\@box.example.net>\r\nDATA\r\n$text.\r\nQUIT\r\n");
	system("sendmail -C $d -bs < $bed->{dir}/bs > $bed->{dir}/bs.out") == 0 or die "lab: sendmail -bs\n";
	want($bed, 'sendmail-bs', $mid, 'sent', [ [ 'u-bs@box.example.net', 'sent', 'plaintext', 'box' ] ],
	    from => 's-bs@sender.example.org', tls => 'local');
	$mid = Lab::Scenarios::mid('sendmail-refused');
	$bed->sendmail($inst, "From: <s-refused\@sender.example.org>\nSubject: usual-no\nMessage-ID: $mid\n\nx\n",
	    '-f', 's-refused@sender.example.org', 'u-refused@box.example.net');
	want($bed, 'sendmail-refused', $mid, 'bounced', [ [ 'u-refused@box.example.net', 'bounced', 'none-attempted' ] ],
	    tls => 'local');
	add($bed, 'sendmail-refused', 'reject', from => 's-refused@sender.example.org',
	    to => 'u-refused@box.example.net', count => 1);
}

# Tables that cannot be read, restrictions that do not exist.
sub tables {
	my ($bed) = @_;

	for my $x ([ 'no-table', 'table', '127.0.6.10' ], [ 'no-restriction', 'restriction', '127.0.6.11' ]) {
		my ($scn, $server, $addr) = @$x;
		my $c = Lab::Client->new(to => $srv{$server}, from => $addr);
		$c->ehlo;
		$c->mail("s-$scn\@sender.example.org");
		$c->rcpt("u-$scn\@in.example.net") =~ /^451/ or die "lab: $scn: $c->{text}\n";
		$c->quit;
		add($bed, $scn, 'reject', client_addr => $addr, from => "s-$scn\@sender.example.org",
		    to => "u-$scn\@in.example.net", stage => 'RCPT', reply_code => '451', count => 1);
	}
}

# PIDs of this instance's processes that serve NAME.
sub pids {
	my ($bed, $name) = @_;
	my @p;

	for my $f (glob '/proc/[0-9]*/cmdline') {
		open my $h, '<', $f or next;
		my $c = <$h> // '';
		my ($pid) = $f =~ /(\d+)/;
		push @p, $pid if $c =~ /\0-n\0\Q$name\E\0/;
	}
	return @p;
}

# Processes are killed: a client in mid-delivery, a server in mid-session.
sub killed {
	my ($bed) = @_;

	for my $x ([ 'killer', 'plaintext' ], [ 'killer-tls', 'encrypted' ]) {
		my ($sink, $tls) = @$x;
		my $mid = Lab::Scenarios::mid($sink);
		Lab::Scenarios::submit(server => $srv{main}, addr => '127.0.3.7', mid => $mid,
		    from => "s-$sink\@sender.example.org", to => "u\@$sink.example.net");
		$bed->{killed}{$sink} = [ $mid, $tls ];
	}
	$bed->wait_for('mail at the servers that hang', 30, sub {
		2 == grep { $_->{ev} eq 'hang' && $_->{sink} =~ /^killer/ } @{$bed->{truth}->seen};
	});
	kill 'KILL', pids($bed, 'killme');
	# a server, with a message begun
	my $c = Lab::Client->new(to => $srv{killed}, from => '127.0.6.20');
	$c->ehlo;
	$c->mail('s-killed@sender.example.org');
	$c->rcpt('u-killed@in.example.net');
	kill 'KILL', pids($bed, $srv{killed});
	$c->cut;
	add($bed, 'server-killed', 'message', client_addr => '127.0.6.20', tls => 'plaintext',
	    tls_may_be_unknown => 1, status => 'unknown');
	$bed->{killed_at} = time;
}

# The queue manager tries again what the killed client had.
sub revived {
	my ($bed) = @_;

	one($bed, 'after-server-killed', 'sent', [ [ 'u-after@in.example.net', 'sent', 'plaintext', 'box' ] ],
	    server => 'killed', addr => '127.0.6.20');
	for my $sink (sort keys %{$bed->{killed}}) {
		my ($mid, $tls) = @{$bed->{killed}{$sink}};
		want($bed, $sink, $mid, 'sent', [ [ "u\@$sink.example.net", 'sent', $tls, $sink ] ],
		    from => "s-$sink\@sender.example.org", client_addr => '127.0.3.7', tls => 'plaintext');
	}
	$bed->wait_sinks('what the killed had');
}

1;
