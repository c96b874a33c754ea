package Lab::Milters;

# What milters do to mail, at every stage; what happens without them.  Part of
# Site.pm, whose services ask them.

use strict;
use warnings;
use Lab::Milter;

my $inst = 'postfix-site';

# Milter scenarios: name, what the milter does, what becomes of the mail:
# the stage of a refusal, or the status of the message and its deliveries.
my @milter = (
	[ 'connect-reject', [ CONNECT => 'r' ], stage => 'CONNECT' ],
	[ 'connect-tempfail', [ CONNECT => 't' ], stage => 'CONNECT' ],
	[ 'connect-reply', [ CONNECT => 'y', '550 5.7.1 listed; from=<x> to=<y>' ], stage => 'CONNECT' ],
	[ 'connect-421', [ CONNECT => 'y', '421 4.7.0 go away' ], stage => 'CONNECT' ],
	[ 'helo-reject', [ HELO => 'r' ], stage => 'EHLO' ],
	[ 'mail-reject', [ MAIL => 'r' ], stage => 'MAIL' ],
	[ 'mail-tempfail', [ MAIL => 't' ], stage => 'MAIL' ],
	[ 'rcpt-reject', [ RCPT => 'r' ], stage => 'RCPT' ],
	[ 'rcpt-tempfail', [ RCPT => 't' ], stage => 'RCPT' ],
	[ 'rcpt-reply', [ RCPT => 'y', '450 4.7.1 Greylisted, see https://example.org/' ], stage => 'RCPT' ],
	[ 'data-reject', [ DATA => 'r' ], stage => 'DATA' ],
	[ 'header-reject', [ HEADER => 'r' ], stage => 'END-OF-MESSAGE' ],
	[ 'eoh-reject', [ EOH => 'r' ], stage => 'END-OF-MESSAGE' ],
	[ 'eom-reject', [ EOM => 'r' ], stage => 'END-OF-MESSAGE' ],
	[ 'eom-tempfail', [ EOM => 't' ], stage => 'END-OF-MESSAGE' ],
	[ 'eom-reply', [ EOM => 'y', '550 5.7.1 virus found; status=sent' ], stage => 'END-OF-MESSAGE' ],
	[ 'connect-accept', [ CONNECT => 'a' ], status => 'sent' ],
	[ 'eom-accept', [ EOM => 'a' ], status => 'sent' ],
	[ 'eom-addheader', [ EOM => 'h', 'X-Seen=yes' ], status => 'sent' ],
	[ 'eom-addrcpt', [ EOM => '+', '<added@in.example.net>' ], status => 'sent', also => 'added@in.example.net' ],
	[ 'eom-delrcpt', [ EOM => '-', '<second@in.example.net>' ], status => 'sent', more => 'second@in.example.net' ],
	[ 'eom-chgfrom', [ EOM => 'e', '<changed@sender.example.org>' ], status => 'sent', from => 'changed@sender.example.org' ],
	[ 'eom-quarantine', [ EOM => 'q', 'looks bad; from=<z>' ], status => 'held' ],
	[ 'eom-discard', [ EOM => 'd' ], status => 'discarded' ],
	[ 'mail-discard', [ MAIL => 'd' ], status => 'discarded', nomid => 1 ],
	[ 'rcpt-discard', [ RCPT => 'd' ], status => 'discarded', nomid => 1 ],
	[ 'connect-discard', [ CONNECT => 'd' ], status => 'sent' ],
	[ 'eom-gone', [ EOM => 'x' ], stage => 'END-OF-MESSAGE' ],
	[ 'mail-gone', [ MAIL => 'x' ], stage => 'MAIL' ],
	[ 'header-hold', [ EOM => 'h', 'X-Virus=yes' ], server => 'headers', status => 'held' ],
	[ 'header-refused', [ EOM => 'h', 'X-Spam=yes' ], server => 'headers', stage => 'END-OF-MESSAGE' ],
);
my %addr;
$addr{"milter-$milter[$_][0]"} = '127.0.4.' . ($_ + 1) for 0 .. $#milter;

# The milter that they ask.
sub start {
	my ($bed, $at) = @_;

	Lab::Milter::start($bed, $at,
	    (map { $addr{"milter-$_->[0]"} => $_->[1] } @milter),
	    '127.0.4.60' => [ MAIL => 's', 5 ],
	    's-milter-local-refused@sender.example.org' => [ EOM => 'y', '550 5.7.1 not from here' ],
	    's-milter-local-held@sender.example.org' => [ EOM => 'q', 'from here' ]);
}

sub scenarios {
	my ($bed) = @_;

	$bed->say_('milters');
	for my $m (@milter) {
		my ($name, undef, %o) = @$m;
		my $scn = "milter-$name";
		$o{server} //= 'milter';
		$o{addr} = $addr{$scn};
		if ($o{stage}) {
			Lab::Site::refuse($bed, $scn, %o);
			next;
		}
		my $to = "u-$name\@in.example.net";
		$o{nothing} = 1 if $o{status} ne 'sent';
		$o{to} = $o{more} ? [ $to, $o{more} ] : $to;
		$o{dest} = $o{also} ? [ $to, $o{also} ] : $to;
		my $from = delete $o{from};
		my $mid = $o{mid} = Lab::Scenarios::mid($scn);
		Lab::Site::one($bed, $scn, %o, silent => 1);
		Lab::Site::want($bed, $scn, %o, from => $from // "s-$scn\@sender.example.org");
	}
	Lab::Site::refuse($bed, 'milter-down', server => 'down', addr => '127.0.4.50', stage => 'CONNECT');
	Lab::Site::refuse($bed, 'milter-down-reject', server => 'downreject', addr => '127.0.4.51', stage => 'CONNECT');
	Lab::Site::one($bed, 'milter-down-accept', server => 'downaccept', addr => '127.0.4.52');
	Lab::Site::one($bed, 'milter-down-quarantine', server => 'downhold', addr => '127.0.4.53', status => 'held', nothing => 1);
	Lab::Site::refuse($bed, 'milter-slow', server => 'slowmilter', addr => '127.0.4.60', stage => 'MAIL');
	local_milter($bed);
}

# A milter for mail from the command line.
sub local_milter {
	my ($bed) = @_;

	for my $what (qw(refused held seen)) {
		my $scn = "milter-local-$what";
		my $from = "s-$scn\@sender.example.org";
		my $mid = Lab::Scenarios::mid($scn);
		$bed->sendmail($inst, "From: <$from>\nMessage-ID: $mid\n\nx\n", '-f', $from, "u-$scn\@in.example.net");
		my %t = (scenario => $scn, message_id => $mid, instance => $inst);
		$bed->{truth}->add(%t, expect => 'message', from => $from, tls => 'local',
		    status => { refused => 'bounced', held => 'held', seen => 'sent' }->{$what});
		$bed->{truth}->add(%t, expect => 'delivery', to => "u-$scn\@in.example.net", status => 'bounced',
		    tls => 'none-attempted', count => 1) if $what eq 'refused';
		$bed->{truth}->add(scenario => $scn, instance => $inst, expect => 'reject', from => $from,
		    to => "u-$scn\@in.example.net", count => 1) if $what eq 'refused';
		$bed->{truth}->add(%t, expect => 'delivery', to => "u-$scn\@in.example.net", status => 'sent',
		    tls => 'plaintext', count => 1, sink => 'box', needs_tag => 1) if $what eq 'seen';
	}
}

1;
