package Lab::Final;

# The receiving instances: local agents, aliases, queue life.

use strict;
use warnings;

sub sinks { }

sub instances {
	my ($bed) = @_;
	my $d = $bed->{dir};
	my $hop = sub { Lab::Scenarios::hop($bed, @_) };
	my $nobody = getpwnam 'nobody';

	mkdir "$d/vmail";
	mkdir "$d/spool";
	chmod 01777, "$d/spool";
	chown $nobody, -1, "$d/vmail";
	my $common = join '', 'box.example.net smtp:' . $hop->('box.example.net', 2525) . "\n",
	    'tlsbox.example.net smtp:' . $hop->('tlsbox.example.net', 2525) . "\n",
	    'sender.example.org smtp:' . $hop->('notices.example.net', 2525) . "\n";
	my %virtual = (
		virtual_mailbox_base => "$d/vmail", virtual_mailbox_maps => 'static:box/',
		virtual_uid_maps => "static:$nobody", virtual_gid_maps => 'static:' . getgrnam('nogroup'),
	);
	$bed->instance('postfix-dest', host => 'dest.example.net', ip => '127.0.0.13',
	    transport => $common,
	    main => { %virtual, enable_long_queue_ids => 'no',
		virtual_mailbox_domains => 'hop.example.net hop-plain.example.net hop-nolog.example.net hop-nolog-plain.example.net hop-anon.example.net virtual.example.net',
	    },
	    master => [
		'127.0.0.13:2525 inet n - n - - smtpd',
		"127.0.0.13:2541 inet n - n - - smtpd\n  -o smtpd_tls_cert_file=none\n  -o smtpd_tls_key_file=\n  -o smtpd_tls_protocols=<=TLSv1.2",
	    ]);
	$bed->instance('postfix-pl', host => 'pl.example.com', ip => '127.0.0.14',
	    transport => $common, maillog => "$bed->{out}/postlogd.log",
	    main => { %virtual, virtual_mailbox_domains => 'hop-pl.example.com',
		enable_long_queue_ids => 'yes' },
	    master => [ '127.0.0.14:2525 inet n - n - - smtpd' ]);
	push @{$bed->{warm}},
	    [ 'postfix-dest', '127.0.0.13:2525', 'warm@tlsbox.example.net', 'tlsbox' ],
	    [ 'postfix-pl', '127.0.0.14:2525', 'warm@tlsbox.example.net', 'tlsbox' ];
}

sub scenarios { }

1;
