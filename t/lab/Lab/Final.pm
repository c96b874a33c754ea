package Lab::Final;

# The receiving instances: local agents, aliases, and how a queue file lives.

use strict;
use warnings;
use Time::HiRes qw(sleep time);
use Lab::Client;

my $inst = 'postfix-dest';
my $srv = '127.0.0.13:2525';

sub sinks {
	Lab::Scenarios::sink('lmtp-unix', path => 'lmtp.sock', lmtp => 1);
	Lab::Scenarios::sink('lmtp-tcp', lmtp => 1);
	Lab::Scenarios::sink('lmtp-tls', lmtp => 1, tls => { cert => 'good' });
	Lab::Scenarios::sink('drained');
}

sub instances {
	my ($bed) = @_;
	my $d = $bed->{dir};
	my $hop = sub { Lab::Scenarios::hop($bed, @_) };
	my $nobody = getpwnam 'nobody';

	mkdir "$d/vmail";
	mkdir "$d/spool";
	chmod 01777, "$d/spool";
	chown $nobody, -1, "$d/vmail";
	my $common = join '', map { "$_\n" }
	    'box.example.net smtp:' . $hop->('box.example.net', 2525),
	    'tlsbox.example.net smtp:' . $hop->('tlsbox.example.net', 2525),
	    'later.example.net smtp:' . $hop->('later.example.net', 2525),
	    'drained.example.net smtp:' . $hop->('drained.example.net', 2525),
	    'sender.example.org smtp:' . $hop->('notices.example.net', 2525);
	my $dest = join '', map { "$_\n" }
	    "lmtp-unix.example.net lmtp:unix:$d/lmtp.sock",
	    'lmtp-tcp.example.net lmtp:inet:' . $hop->('lmtp-tcp.example.net', 2525),
	    'lmtp-tls.example.net lmtp:inet:' . $hop->('lmtp-tls.example.net', 2525),
	    'error.example.net error:5.1.1 mailbox is closed; status=sent (250 ok)',
	    'discard.example.net discard:silently dropped',
	    'retry.example.net retry:4.3.0 come back',
	    'pipe-ok.example.net filter-ok:', 'pipe-bounce.example.net filter-67:',
	    'pipe-defer.example.net filter-75:', 'odd-name.example.net odd:';
	my %virtual = (
		virtual_mailbox_base => "$d/vmail", virtual_mailbox_maps => 'static:box/',
		virtual_uid_maps => "static:$nobody", virtual_gid_maps => 'static:' . getgrnam('nogroup'),
	);
	Lab::Bed::put("$d/members", "one\@box.example.net\ntwo\@box.example.net\n");
	my $f = "$d/$inst/etc";
	my $pipe = sub {
		my ($name, $cmd, $flags) = @_;
		return "$name unix - n n - - pipe\n  flags=Rq user=nobody argv=/bin/sh -c $cmd";
	};
	$bed->instance($inst, host => 'dest.example.net', ip => '127.0.0.13',
	    transport => $common . $dest,
	    main => { %virtual, enable_long_queue_ids => 'no',
		mydestination => 'users.example.net',
		alias_maps => "regexp:$f/aliases",
		virtual_alias_maps => "texthash:$f/virtual",
		virtual_alias_domains => 'alias.example.net',
		mail_spool_directory => "$d/spool",
		virtual_mailbox_domains => 'hop.example.net hop-plain.example.net hop-nolog.example.net hop-nolog-plain.example.net hop-anon.example.net virtual.example.net',
	    },
	    files => {
		aliases => join('', map { "/^$_->[0]\$/ $_->[1]\n" }
		    [ fwd => 'outside@box.example.net' ],
		    [ team => 'a@box.example.net, b@box.example.net, nobody@users.example.net' ],
		    [ cmd => '"|cat >/dev/null"' ],
		    [ cmdfail => '"|echo try later; exit 75"' ],
		    [ cmdno => '"|echo no such thing; exit 67"' ],
		    [ file => "$d/spool/file" ], [ list => ":include:$d/members" ]),
		virtual => "one\@alias.example.net outside2\@box.example.net\n" .
		    "both\@alias.example.net outside3\@box.example.net, nobody\@users.example.net\n",
	    },
	    master => [
		"127.0.0.13:2525 inet n - n - - smtpd\n  -o smtpd_reject_unlisted_recipient=no",
		"127.0.0.13:2541 inet n - n - - smtpd\n  -o smtpd_tls_cert_file=none\n  -o smtpd_tls_key_file=\n  -o smtpd_tls_protocols=<=TLSv1.2",
		$pipe->('filter-ok', '{cat >/dev/null; echo "job 17 (queued)"}'),
		$pipe->('filter-67', '{echo "no such user, relay=none"; exit 67}'),
		$pipe->('filter-75', '{echo try later; exit 75}'),
		$pipe->('odd', '{cat >/dev/null}'),
	    ]);
	$bed->instance('postfix-pl', host => 'pl.example.com', ip => '127.0.0.14',
	    transport => $common, maillog => "$bed->{out}/postlogd.log",
	    main => { %virtual, virtual_mailbox_domains => 'hop-pl.example.com virtual.example.com',
		enable_long_queue_ids => 'yes' },
	    master => [ '127.0.0.14:2525 inet n - n - - smtpd' ]);
	$bed->instance('postfix-slow', host => 'slow.example.org', ip => '127.0.0.15',
	    transport => $common,
	    main => { enable_long_queue_ids => 'yes', maximal_queue_lifetime => '10s',
		bounce_queue_lifetime => '10s', delay_warning_time => '3s',
		queue_run_delay => '2s', minimal_backoff_time => '2s',
		maximal_backoff_time => '2s' },
	    master => [ '127.0.0.15:2525 inet n - n - - smtpd' ]);
	push @{$bed->{warm}},
	    [ $inst, $srv, 'warm@tlsbox.example.net', 'tlsbox' ],
	    [ $inst, $srv, 'warm@lmtp-tls.example.net', 'lmtp-tls' ],
	    [ 'postfix-pl', '127.0.0.14:2525', 'warm@tlsbox.example.net', 'tlsbox' ],
	    [ 'postfix-slow', '127.0.0.15:2525', 'warm@tlsbox.example.net', 'tlsbox' ];
}

sub got {
	my ($bed, $scn, $mid, %o) = @_;

	$bed->{truth}->add(scenario => $scn, expect => 'message', message_id => $mid,
	    instance => $inst, from => "s-$scn\@sender.example.org",
	    client_addr => '127.0.3.2', tls => 'plaintext', status => 'sent', %o);
}

sub went {
	my ($bed, $scn, $mid, $to, $status, $tls, %o) = @_;

	$bed->{truth}->add(scenario => $scn, expect => 'delivery', message_id => $mid,
	    instance => $inst, to => $to, status => $status, tls => $tls,
	    count => 1, needs_tag => $tls eq 'plaintext' || undef, %o);
}

# Send one to the instance; all recipients share one fate.
sub one {
	my ($bed, $scn, $to, $status, $tls, %o) = @_;
	my $mid = Lab::Scenarios::mid($scn);
	my $c = Lab::Scenarios::submit(server => $srv, addr => '127.0.3.2', to => $to,
	    from => "s-$scn\@sender.example.org", mid => $mid);
	my %m = map { $_ => delete $o{$_} } grep { exists $o{$_} } qw(message);

	if ($status) {
		got($bed, $scn, $mid, status => $m{message} // $status);
		went($bed, $scn, $mid, $_, $status, $tls, %o)
		    for map { ref $_ ? @$_ : $_ } $o{dest} // $to;
	}
	return ($mid, $c->queued);
}

# A mail that will never get through, on the impatient instance.
sub early {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $from = 's-expired@sender.example.org';

	$bed->{expired} = my $mid = Lab::Scenarios::mid('expired');
	Lab::Scenarios::submit(server => '127.0.0.15:2525', addr => '127.0.3.2',
	    to => 'later-never@later.example.net', from => $from, mid => $mid);
	$t->add(scenario => 'expired', expect => 'message', message_id => $mid,
	    instance => 'postfix-slow', from => $from, client_addr => '127.0.3.2',
	    tls => 'plaintext', status => 'expired');
	$t->add(scenario => 'expired', expect => 'delivery', message_id => $mid,
	    instance => 'postfix-slow', to => 'later-never@later.example.net',
	    status => 'deferred', tls => 'plaintext', sink => 'later', needs_tag => 1,
	    attempts_from_sink => 1);
	# retried without anybody's help
	my $scn = 'retried';
	$mid = Lab::Scenarios::mid($scn);
	Lab::Scenarios::submit(server => '127.0.0.15:2525', addr => '127.0.3.2',
	    to => 'once-retried@later.example.net', from => "s-$scn\@sender.example.org", mid => $mid);
	$t->add(scenario => $scn, expect => 'message', message_id => $mid,
	    instance => 'postfix-slow', from => "s-$scn\@sender.example.org",
	    client_addr => '127.0.3.2', tls => 'plaintext', status => 'sent');
	$t->add(scenario => $scn, expect => 'delivery', message_id => $mid,
	    instance => 'postfix-slow', to => 'once-retried@later.example.net', status => $_,
	    tls => 'plaintext', sink => 'later', needs_tag => 1, count => 1) for qw(deferred sent);
}

sub scenarios {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $d = $bed->{dir};

	$bed->say_('local agents');
	one($bed, 'local-mailbox', 'nobody@users.example.net', 'sent', 'local', box => 1);
	one($bed, 'local-extension', 'nobody+x@users.example.net', 'sent', 'local', box => 1);
	one($bed, 'local-unknown', 'no-such-user@users.example.net', 'bounced', 'local');
	one($bed, 'local-command', 'cmd@users.example.net', 'sent', 'local');
	one($bed, 'local-command-defers', 'cmdfail@users.example.net', 'deferred', 'local');
	one($bed, 'local-command-bounces', 'cmdno@users.example.net', 'bounced', 'local');
	one($bed, 'local-file', 'file@users.example.net', 'sent', 'local', box => 1);
	one($bed, 'virtual-mailbox', 'u@virtual.example.net', 'sent', 'local', box => 1);
	one($bed, 'virtual-alias', 'one@alias.example.net', 'sent', 'plaintext',
	    dest => 'outside2@box.example.net', sink => 'box');
	one($bed, 'pipe-ok', 'u@pipe-ok.example.net', 'sent', 'local');
	one($bed, 'pipe-bounce', 'u@pipe-bounce.example.net', 'bounced', 'local');
	one($bed, 'pipe-defer', 'u@pipe-defer.example.net', 'deferred', 'local');
	one($bed, 'lmtp-unix', 'u@lmtp-unix.example.net', 'sent', 'local', sink => 'lmtp-unix');
	one($bed, 'lmtp-tcp', [ 'u1@lmtp-tcp.example.net', 'u2@lmtp-tcp.example.net' ],
	    'sent', 'plaintext', sink => 'lmtp-tcp');
	one($bed, 'lmtp-tls', [ 'u1@lmtp-tls.example.net', 'u2@lmtp-tls.example.net' ],
	    'sent', 'encrypted', sink => 'lmtp-tls');
	one($bed, 'error-transport', 'u@error.example.net', 'bounced', 'none-attempted');
	one($bed, 'discard-transport', 'u@discard.example.net', 'sent', 'none-attempted');
	one($bed, 'retry-transport', 'u@retry.example.net', 'deferred', 'none-attempted');

	forwards($bed);
	pickup($bed);
	queue_life($bed);
	restart($bed);
	$bed->say_('waiting for the expiry');
	$bed->wait_for('expiry', 60, sub {
		(grep { ($_->{orig_mid} // '') eq $bed->{expired} }
		    @{$t->index_seen->{notice} // []}) &&
		    !map { $bed->in_queue('postfix-slow', $_) } qw(incoming active deferred);
	});
}

# Expansion by local(8): a child message for each parent.
sub forwards {
	my ($bed) = @_;
	my $t = $bed->{truth};

	for my $x ([ 'forwarded', 'fwd', 'outside' ], [ 'forwarded-team', 'team', 'a', 'b' ],
	    [ 'forwarded-list', 'list', 'one', 'two' ]) {
		my ($scn, $lp, @to) = @$x;
		my ($mid) = one($bed, $scn, "$lp\@users.example.net");
		got($bed, $scn, $mid);
		$t->add(scenario => $scn, expect => 'message', message_id => $mid,
		    instance => $inst, status => 'sent');
		# the alias itself, and for `team' the local member too
		went($bed, $scn, $mid, "$lp\@users.example.net", 'sent', 'local');
		went($bed, $scn, $mid, 'nobody@users.example.net', 'sent', 'local', box => 1)
		    if $scn eq 'forwarded-team';
		went($bed, $scn, $mid, "$_\@box.example.net", 'sent', 'plaintext', sink => 'box')
		    for @to;
		$t->add(scenario => $scn, expect => 'link', message_id => $mid, why => 'forwarded');
	}
	my $scn = 'virtual-alias-both';
	my ($mid) = one($bed, $scn, 'both@alias.example.net');
	got($bed, $scn, $mid);
	went($bed, $scn, $mid, 'outside3@box.example.net', 'sent', 'plaintext', sink => 'box');
	went($bed, $scn, $mid, 'nobody@users.example.net', 'sent', 'local', box => 1);
}

# Mail from the command line.
sub pickup {
	my ($bed) = @_;
	my $t = $bed->{truth};

	for my $x ([ 'sendmail', 'u@box.example.net' ],
	    [ 'sendmail-quoted', '"p q"@box.example.net' ],
	    [ 'sendmail-utf8', "pers\xc3\xb6n\@virtual.example.net" ]) {
		my ($scn, $to) = @$x;
		my $mid = Lab::Scenarios::mid($scn);
		my $from = "s-$scn\@sender.example.org";
		my $text = Lab::Scenarios::text(from => $from, to => $to, mid => $mid);
		$text =~ s/\r//g;
		$bed->sendmail($inst, $text, '-f', $from, '-i', $to);
		$t->add(scenario => $scn, expect => 'message', message_id => $mid,
		    instance => $inst, from => $from, tls => 'local', status => 'sent');
		went($bed, $scn, $mid, $to, 'sent', $to =~ /virtual/ ? 'local' : 'plaintext',
		    $to =~ /virtual/ ? (box => 1) : (sink => 'box'));
	}
	# an address probe by hand; its report is a notice
	$bed->sendmail($inst, '', '-bv', '-f', 's-probe@sender.example.org', 'nobody@users.example.net');
	$bed->sendmail($inst, '', '-bv', '-f', 's-probe@sender.example.org', 'c550-probe@box.example.net');
}

sub flag {
	my ($bed, $lp) = @_;

	Lab::Bed::put("$bed->{dir}/flags/$lp", '');
}

# What postsuper and postqueue can do to a deferred message.
sub queue_life {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my %q;

	$bed->say_('queue life');
	for my $scn (qw(requeued deleted force-expired super-held super-released)) {
		my ($mid, $qid) = one($bed, $scn, "later-$scn\@later.example.net");
		$q{$scn} = [ $mid, $qid ];
	}
	$bed->wait_for('deferrals', 60, sub {
		my %d = map { $_ => 1 } $bed->in_queue($inst, 'deferred');
		return !grep { !$d{$_->[1]} } values %q;
	});
	for my $scn (sort keys %q) {
		went($bed, $scn, $q{$scn}[0], "later-$scn\@later.example.net", 'deferred',
		    'plaintext', sink => 'later');
	}
	flag($bed, 'later-requeued');
	flag($bed, 'later-super-released');
	$bed->postsuper($inst, '-r', $q{requeued}[1]);
	$bed->postsuper($inst, '-d', $q{deleted}[1]);
	$bed->postsuper($inst, '-e', $q{'force-expired'}[1]);
	$bed->postsuper($inst, '-h', $q{'super-held'}[1]);
	$bed->postsuper($inst, '-h', $q{'super-released'}[1]);
	$bed->postsuper($inst, '-H', $q{'super-released'}[1]);
	$bed->flush($inst, $q{'super-released'}[1]);
	$bed->flush($inst, $q{'force-expired'}[1]);

	my ($mid) = @{$q{requeued}};
	got($bed, 'requeued', $mid, status => 'requeued');
	$t->add(scenario => 'requeued', expect => 'message', message_id => $mid,
	    instance => $inst, from => 's-requeued@sender.example.org', status => 'sent');
	went($bed, 'requeued', $mid, 'later-requeued@later.example.net', 'sent',
	    'plaintext', sink => 'later');
	$t->add(scenario => 'requeued', expect => 'link', message_id => $mid, why => 'requeued');
	got($bed, 'deleted', $q{deleted}[0], status => 'deleted');
	got($bed, 'super-held', $q{'super-held'}[0], status => 'held');
	got($bed, 'super-released', $q{'super-released'}[0]);
	went($bed, 'super-released', $q{'super-released'}[0],
	    'later-super-released@later.example.net', 'sent', 'plaintext', sink => 'later');
	got($bed, 'force-expired', $q{'force-expired'}[0], status => 'expired');
	# pickup looks into the maildrop directory when there is new mail
	my $n = Lab::Scenarios::mid('after-requeue');
	$bed->sendmail($inst, "From: <s-after-requeue\@sender.example.org>\nMessage-ID: $n\n\nx\n",
	    '-f', 's-after-requeue@sender.example.org', 'u@virtual.example.net');
	$t->add(scenario => 'after-requeue', expect => 'message', message_id => $n,
	    instance => $inst, tls => 'local', status => 'sent');
	went($bed, 'after-requeue', $n, 'u@virtual.example.net', 'sent', 'local', box => 1);
	$bed->wait_sinks('the requeued mail');
}

# Reload and restart, with mail waiting and a client connected.
sub restart {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $scn = 'across-restart';

	$bed->say_('reload');
	my ($mid, $qid) = one($bed, $scn, "later-$scn\@later.example.net");
	$bed->wait_for('deferral', 60, sub { grep { $_ eq $qid } $bed->in_queue($inst, 'deferred') });
	got($bed, $scn, $mid);
	went($bed, $scn, $mid, "later-$scn\@later.example.net", 'deferred', 'plaintext', sink => 'later');
	$bed->postfix($inst, 'reload') == 0 or die "lab: cannot reload\n";
	sleep 0.5;
	my $w = $bed->{warm};
	my ($again) = grep { $_->[0] eq $inst && $_->[3] eq 'tlsbox' } @$w;
	local $bed->{warm} = [ [ @$again, 'after-reload' ] ];
	Lab::Scenarios::warm($bed);
	one($bed, 'after-reload', 'u-after-reload@box.example.net', 'sent', 'plaintext', sink => 'box');
	$bed->wait_sinks('after reload');

	$bed->say_('restart');
	my $idle = Lab::Client->new(to => $srv, from => '127.0.3.3');
	$idle->ehlo;
	$idle->mail('cut-off@sender.example.org');
	$idle->rcpt('cut-off@box.example.net');
	$bed->stop($inst);
	$idle->cut;
	$bed->start($inst);
	# nothing has shown yet that TLS is logged
	one($bed, 'after-restart-first', 'u@drained.example.net', 'sent', 'plaintext',
	    sink => 'drained', tls_may_be_unknown => 1);
	$bed->wait_sinks('after restart');
	local $bed->{warm} = [ [ @$again, 'after-restart' ] ];
	Lab::Scenarios::warm($bed);
	flag($bed, "later-$scn");
	$bed->flush($inst, $qid);
	went($bed, $scn, $mid, "later-$scn\@later.example.net", 'sent', 'plaintext', sink => 'later');
	one($bed, 'after-restart', 'u-after-restart@box.example.net', 'sent', 'plaintext', sink => 'box');
}

1;
