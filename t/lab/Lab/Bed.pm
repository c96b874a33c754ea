package Lab::Bed;

# The bed itself: certificates, rsyslogd, Postfix instances, sinks; and how
# all of it is stopped.

use strict;
use warnings;
use Socket;
use POSIX ();
use Time::HiRes qw(sleep time);
use Lab::Sink;

our $daemons = '/usr/lib/postfix/sbin';

sub new {
	my ($class, %o) = @_;

	return bless { %o, inst => {}, started => [], pids => [] }, $class;
}

sub say_ {
	my ($self, @t) = @_;

	printf STDERR "lab: %5.1f %s\n", time - $^T, "@t";
}

sub put {
	my ($path, $text, $mode) = @_;

	open my $f, '>', $path or die "lab: $path: $!\n";
	print $f $text;
	close $f or die "lab: $path: $!\n";
	chmod $mode, $path if defined $mode;
}

sub run {
	my (@c) = @_;

	system(@c) == 0 or die "lab: @c: status $?\n";
}

sub quiet {
	my (@c) = @_;
	my $pid = fork // die "lab: fork: $!\n";

	if ($pid == 0) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec @c or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	return $?;
}

# Two authorities, one of which nobody trusts, and their certificates.
sub certificates {
	my ($self) = @_;
	my $d = "$self->{dir}/tls";

	mkdir $d;
	chmod 0755, $d;
	my @key = ('-newkey', 'rsa:2048', '-nodes', '-days', '30');
	for my $ca ('ca', 'badca') {
		quiet('openssl', 'req', '-x509', @key, '-subj',
		    "/C=XX/O=Example/CN=Example Test $ca",
		    '-keyout', "$d/$ca.key", '-out', "$d/$ca.pem") == 0
		    or die "lab: openssl cannot make $ca\n";
	}
	my %cert = (
		good => [ 'ca', 'DNS:*.example.net,DNS:mx.example.org,' .
		    'DNS:out.example.org,DNS:dest.example.net,DNS:pl.example.com' ],
		wrong => [ 'ca', 'DNS:other.example.com' ],
		unknown => [ 'badca', 'DNS:*.example.net' ],
		client => [ 'ca', 'DNS:client.example.com' ],
		deep => [ 'ca', 'DNS:*.safe.example.net' ],
		stranger => [ 'badca', 'DNS:client.example.com' ],
	);
	for my $c (sort keys %cert) {
		my ($ca, $san) = @{$cert{$c}};
		put("$d/$c.ext", "subjectAltName=$san\n");
		quiet('openssl', 'req', '-new', @key[0 .. 2], '-subj',
		    "/O=Example/CN=$c.example.com",
		    '-keyout', "$d/$c.key", '-out', "$d/$c.csr") == 0 &&
		quiet('openssl', 'x509', '-req', '-in', "$d/$c.csr",
		    '-CA', "$d/$ca.pem", '-CAkey', "$d/$ca.key",
		    '-CAcreateserial', '-days', '30', '-extfile', "$d/$c.ext",
		    '-out', "$d/$c.pem") == 0
		    or die "lab: openssl cannot make $c\n";
		my $fp = `openssl x509 -noout -fingerprint -sha256 -in $d/$c.pem`;
		($self->{fp}{$c}) = $fp =~ /=(\S+)/;
	}
}

# rsyslogd on a socket of its own; it makes /dev/log.
sub rsyslogd {
	my ($self) = @_;
	my ($d, $out) = ($self->{dir}, $self->{out});

	return if $self->{nolog};
	put("$d/rsyslog.conf", <<"END");
global(workDirectory="$d" net.enableDNS="off" parser.escapeControlCharactersOnReceive="on")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" ruleset="lab" RateLimit.Interval="0")
template(name="Slash" type="string" string="<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %syslogtag:R,ERE,1,DFLT:(.*)\\\\[[0-9]+\\\\]:--end% %PROCID% %MSGID% - %msg:::drop-last-lf%\\n")
ruleset(name="lab") {
  if (\$syslogfacility-text == "mail") then {
    action(type="omfile" file="$out/bsd.log" template="RSYSLOG_TraditionalFileFormat")
    action(type="omfile" file="$out/iso.log" template="RSYSLOG_FileFormat")
    action(type="omfile" file="$out/rfc5424.log" template="RSYSLOG_SyslogProtocol23Format")
    action(type="omfile" file="$out/rfc5424-slash.log" template="Slash")
  }
}
END
	my $pid = fork // die "lab: fork: $!\n";
	if ($pid == 0) {
		exec 'rsyslogd', '-n', '-f', "$d/rsyslog.conf", '-i',
		    "$d/rsyslogd.pid" or POSIX::_exit(127);
	}
	$self->{rsyslog_pid} = $pid;
	for (1 .. 100) {
		last if -S '/dev/log';
		sleep 0.05;
	}
	-S '/dev/log' or die "lab: rsyslogd made no /dev/log\n";
	$self->{devlog} = 1;
}

# All sinks in one forked process.
sub sinks {
	my ($self, @sinks) = @_;
	my $l = Lab::Sink::listen_all(\@sinks);
	my $pid = fork // die "lab: fork: $!\n";

	if ($pid == 0) {
		setpgrp;
		Lab::Sink::serve($l, $self->{dir});
		POSIX::_exit(0);
	}
	close $_->[0] for @$l;
	push @{$self->{pids}}, $pid;
}

# A Postfix instance: its main.cf settings and its services.
sub instance {
	my ($self, $name, %o) = @_;
	my $d = "$self->{dir}/$name";
	my $tls = "$self->{dir}/tls";
	my %main = (
		compatibility_level => '3.6',
		queue_directory => "$d/q",
		data_directory => "$d/data",
		daemon_directory => $daemons,
		mail_owner => 'postfix', setgid_group => 'postdrop',
		syslog_name => $name,
		myhostname => $o{host}, mydomain => '$myhostname',
		myorigin => '$myhostname', mydestination => '',
		mynetworks => '127.0.0.0/24 127.0.1.0/24 127.0.3.0/24',
		inet_protocols => 'ipv4', inet_interfaces => 'loopback-only',
		smtp_bind_address => $o{ip}, lmtp_bind_address => $o{ip},
		smtp_host_lookup => 'native', lmtp_host_lookup => 'native',
		lmtp_dns_support_level => 'disabled',
		smtp_dns_support_level => 'disabled',
		smtpd_peername_lookup => $self->{names} ? 'yes' : 'no',
		alias_maps => '', alias_database => '',
		local_recipient_maps => '', relay_domains => '',
		recipient_delimiter => '+', biff => 'no',
		notify_classes => '', in_flow_delay => '0',
		queue_run_delay => '300s', minimal_backoff_time => '4000s',
		maximal_backoff_time => '4000s',
		smtpd_error_sleep_time => '0', mailbox_size_limit => '0',
		smtpd_relay_restrictions =>
		    'permit_mynetworks,permit_sasl_authenticated,reject_unauth_destination',
		smtpd_tls_security_level => 'may', smtpd_tls_loglevel => '1',
		smtpd_tls_cert_file => "$tls/good.pem",
		smtpd_tls_key_file => "$tls/good.key",
		smtpd_tls_CAfile => "$tls/ca.pem",
		smtpd_tls_received_header => 'yes',
		smtpd_tls_protocols => '>=TLSv1',
		smtpd_tls_mandatory_protocols => '>=TLSv1',
		smtp_tls_security_level => 'may', smtp_tls_loglevel => '1',
		smtp_tls_CAfile => "$tls/ca.pem",
		smtp_tls_policy_maps => "texthash:$d/etc/policy",
		smtp_tls_fingerprint_digest => 'sha256',
		smtp_tls_protocols => '>=TLSv1',
		smtp_tls_mandatory_protocols => '>=TLSv1',
		lmtp_tls_security_level => 'may', lmtp_tls_loglevel => '1',
		tls_medium_cipherlist => 'ALL:!eNULL:@SECLEVEL=0',
		tls_high_cipherlist => 'ALL:!eNULL:@SECLEVEL=0',
		import_environment => 'MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C',
		transport_maps => "texthash:$d/etc/transport",
		default_process_limit => '30',
		smtp_connect_timeout => '60s', smtp_helo_timeout => '120s',
		%{$o{main} // {}},
	);
	my $log = $o{maillog} // ($self->{nolog} ? "$self->{out}/postfix.log" : '');
	if ($log) {
		$main{maillog_file} = $log;
		$main{maillog_file_prefixes} = $self->{out};
	}
	my $e = "$d/etc";
	mkdir $_ for $d, $e, "$d/q", "$d/data";
	chmod 0755, $d, $e, "$d/q", "$d/data";
	chown scalar(getpwnam 'postfix'), -1, "$d/data";
	put("$e/main.cf", join '', map { "$_ = $main{$_}\n" } sort keys %main);
	put("$e/transport", $o{transport} // '');
	put("$e/policy", $o{policy} // '');
	put("$e/$_", $o{files}{$_}) for sort keys %{$o{files} // {}};
	my ($uid, $gid) = (scalar getpwnam('postfix'), scalar getgrnam('postdrop'));
	for my $q (qw(active bounce corrupt defer deferred flush hold incoming
	    private saved trace maildrop public pid)) {
		mkdir "$d/q/$q";
		chmod $q eq 'maildrop' ? 0730 : $q eq 'public' ? 0710
		    : $q eq 'pid' ? 0755 : 0700, "$d/q/$q";
		chown $q eq 'pid' ? 0 : $uid, $q =~ /^(maildrop|public)$/ ? $gid : 0, "$d/q/$q";
	}
	my @m = (
		'pickup unix n - n 5 1 pickup',
		'cleanup unix n - n - 0 cleanup',
		'qmgr unix n - n 300 1 qmgr',
		'tlsmgr unix - - n 1000? 1 tlsmgr',
		'rewrite unix - - n - - trivial-rewrite',
		(map { "$_ unix - - n - 0 bounce" } qw(bounce defer trace)),
		'verify unix - - n - 1 verify',
		'flush unix n - n 1000? 0 flush',
		'proxymap unix - - n - - proxymap',
		'proxywrite unix - - n - 1 proxymap',
		'smtp unix - - n - - smtp',
		"relay unix - - n - - smtp\n  -o syslog_name=$name/\$service_name",
		'showq unix n - n - - showq',
		'error unix - - n - - error', 'retry unix - - n - - error',
		'discard unix - - n - - discard',
		'local unix - n n - - local', 'virtual unix - n n - - virtual',
		'lmtp unix - - n - - lmtp', 'anvil unix - - n - 1 anvil',
		'scache unix - - n - 1 scache',
		'tlsproxy unix - - n - 0 tlsproxy',
		'dnsblog unix - - n - 0 dnsblog',
		'postlog unix-dgram n - n - 1 postlogd',
		@{$o{master} // []},
	);
	# postlogd would log of its own logging for ever
	if ($self->{verbose}) {
		s/^(\S+ \S+ \S \S \S \S+ \S+ (?!postlogd)\S+)/$1 -v/ for @m;
	}
	put("$e/master.cf", join '', map { "$_\n" } @m);
	$self->{inst}{$name} = { dir => $d, ip => $o{ip}, host => $o{host} };
	$self->{order} //= [];
	push @{$self->{order}}, $name;
}

sub conf { return "$_[0]{inst}{$_[1]}{dir}/etc" }

# Start instances side by side.  All but one by master itself, which is
# what `postfix start' does after some seconds of checking.
sub start {
	my ($self, @names) = @_;
	my %pid;

	for my $n (@names) {
		my $d = $self->conf($n);
		my $pid = fork // die "lab: fork: $!\n";
		if ($pid == 0) {
			open STDIN, '<', '/dev/null';
			open STDOUT, '>', "$self->{dir}/$n.start";
			open STDERR, '>&', \*STDOUT;
			exec $n eq 'postfix-dest'
			    ? ('postfix', '-c', $d, 'start')
			    : ("$daemons/master", '-c', $d, '-w')
			    or POSIX::_exit(127);
		}
		$pid{$pid} = $n;
		$self->{up}{$n} = 1;
	}
	my $bad = '';
	for my $p (sort keys %pid) {
		waitpid $p, 0;
		$bad .= " $pid{$p}" if $?;
	}
	if ($bad) {
		system "cat $self->{dir}/*.start >&2";
		die "lab: cannot start$bad\n";
	}
}

sub stop {
	my ($self, @names) = @_;
	my @pid;

	for my $n (grep { $self->{up}{$_} } @names) {
		my $d = $self->conf($n);
		my $pid = fork // next;
		if ($pid == 0) {
			$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
			open STDIN, '<', '/dev/null';
			open STDOUT, '>', '/dev/null';
			open STDERR, '>&', \*STDOUT;
			exec 'postfix', '-c', $d, 'stop' or POSIX::_exit(127);
		}
		push @pid, $pid;
		delete $self->{up}{$n};
	}
	waitpid $_, 0 for @pid;
}

sub postfix {
	my ($self, $n, @c) = @_;
	my $d = $self->conf($n);

	return quiet('postfix', '-c', $d, @c);
}

sub postsuper {
	my ($self, $n, @c) = @_;
	my $d = $self->conf($n);

	quiet('postsuper', '-c', $d, @c) == 0 or die "lab: postsuper @c\n";
}

sub flush {
	my ($self, $n, $qid) = @_;
	my $d = $self->conf($n);

	quiet('postqueue', '-c', $d, defined $qid ? ('-i', $qid) : '-f') == 0
	    or die "lab: postqueue fails\n";
}

# IDs in a queue (hold, deferred, ...) by reading the spool.
sub in_queue {
	my ($self, $n, $queue) = @_;
	my $d = $self->{inst}{$n}{dir};

	return map { s{.*/}{}r } grep { -f } glob("$d/q/$queue/* $d/q/$queue/*/*");
}

sub wait_for {
	my ($self, $what, $secs, $test) = @_;
	my $end = time + $secs;

	while (time < $end) {
		return 1 if $test->();
		sleep 0.05;
	}
	die "lab: timed out: $what\n";
}

# Until the sinks have all that was sent so far.
sub wait_sinks {
	my ($self, $what) = @_;
	my $t = $self->{truth};

	return if eval { $self->wait_for($what, 60, sub { !@{$t->missing} }) };
	die "lab: timed out: $what: ", join(' ', map { $_->{scenario} } @{$t->missing}), "\n";
}

sub sendmail {
	my ($self, $n, $text, @args) = @_;
	my $d = $self->conf($n);

	local $SIG{PIPE} = 'IGNORE';
	my $pid = open(my $p, '|-') // die "lab: sendmail: $!\n";
	if ($pid == 0) {
		open STDOUT, '>', '/dev/null';
		exec 'sendmail', '-C', $d, @args or POSIX::_exit(127);
	}
	print $p $text;
	close $p or die "lab: sendmail @args: status $?\n";
}

sub shutdown_all {
	my ($self) = @_;

	return if $self->{done}++;
	$self->stop(@{$self->{order} // []});
	kill 'TERM', $_ for @{$self->{pids}};
	waitpid $_, 0 for @{$self->{pids}};
	if ($self->{rsyslog_pid}) {
		kill 'TERM', $self->{rsyslog_pid};
		waitpid $self->{rsyslog_pid}, 0;
		unlink '/dev/log' if $self->{devlog} && -S '/dev/log';
	}
}

1;
