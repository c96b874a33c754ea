package Lab::Milter;

# A milter (protocol version 6) that does to each client what a table says:
# { ADDRESS => [ STAGE, ACTION, ARGUMENT ] }.  STAGE is CONNECT HELO MAIL
# RCPT DATA HEADER EOH EOM; ACTION is the letter of the protocol:
#
#	r t d a		reject, tempfail, discard, accept
#	y		reply with ARGUMENT, "550 5.7.1 text"
#	q + - e h	at EOM only: quarantine with a reason; add or delete
#			the recipient ARGUMENT; change the sender; add a header
#	x		close the connection
#	s		sleep for ARGUMENT seconds, then continue
#
# An entry for a sender's address beats that of the client: mail from the
# command line has none.

use strict;
use warnings;
use IO::Socket::INET;
use POSIX ();

my %stage = (C => 'CONNECT', H => 'HELO', M => 'MAIL', R => 'RCPT', T => 'DATA',
    L => 'HEADER', N => 'EOH', E => 'EOM');

sub start {
	my ($bed, $at, %table) = @_;
	my ($ip, $port) = split /:/, $at;
	my $l = IO::Socket::INET->new(LocalAddr => $ip, LocalPort => $port,
	    Listen => 64, ReuseAddr => 1) or die "lab: milter: $!\n";
	my $pid = fork // die "lab: fork: $!\n";

	if ($pid == 0) {
		setpgrp;
		$SIG{CHLD} = 'IGNORE';
		$SIG{TERM} = sub { POSIX::_exit(0) };
		while (1) {
			my $c = $l->accept or next;
			my $p = fork;
			next if !defined $p || $p;
			$SIG{ALRM} = sub { POSIX::_exit(0) };
			alarm 120;
			eval { talk($c, \%table) };
			POSIX::_exit(0);
		}
	}
	close $l;
	push @{$bed->{pids}}, $pid;
}

sub get {
	my ($c, $want) = @_;
	my $b = '';

	while (length $b < $want) {
		sysread $c, $b, $want - length $b, length $b or POSIX::_exit(0);
	}
	return $b;
}

sub put {
	my ($c, $letter, $data) = @_;

	syswrite $c, pack 'N/a', $letter . ($data // '');
}

sub talk {
	my ($c, $table) = @_;
	my $todo;

	while (1) {
		my ($letter, $data) = get($c, unpack 'N', get($c, 4)) =~ /^(.)(.*)/s;
		if ($letter eq 'O') {
			# all that a milter may do; every event, every reply
			put($c, 'O', pack 'NNN', 6, 0x1ff, 0);
			next;
		}
		POSIX::_exit(0) if $letter eq 'Q';
		next if $letter =~ /[DAK]/;
		if ($letter eq 'C') {
			my ($addr) = $data =~ /\0(?:4..|L)([^\0]+)\0\z/s;
			$todo = $table->{$addr // ''};
		}
		if ($letter eq 'M' && $data =~ /^<?([^\0>]*)>?\0/) {
			$todo = $table->{$1} // $todo;
		}
		my ($stage, $act, $arg) = @{$todo // [ 'none', '' ]};
		if (($stage{$letter} // '') ne $stage) {
			put($c, 'c');
			next;
		}
		POSIX::_exit(0) if $act eq 'x';
		if ($act eq 's') {
			sleep $arg;
			put($c, 'c');
		} elsif ($act =~ /[q+eh-]/) {
			put($c, $act, join("\0", split /=/, $arg, 2) . "\0");
			put($c, 'c');
		} else {
			put($c, $act, defined $arg ? "$arg\0" : '');
		}
	}
}

1;
