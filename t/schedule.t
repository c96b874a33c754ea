#!/usr/bin/perl

# samples/schedule: systemd takes the units, and what they run works: the
# report is written whole or not at all, and a real postdrop takes it from a
# user who has no privileges, no name, and the group that the unit gives.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

my $in = 'samples/schedule';
my @unit = map { "$in/$_" } qw(mxreport.service mxreport-mail.service mxreport.timer);
my $dir = dir();
chmod 0755, $dir;

sub have { return !system "command -v $_[0] >/dev/null 2>&1" }

# The settings of a unit: key => [values].
sub unit {
	my ($file) = @_;
	my %u;

	for (split /\n/, slurp($file) =~ s/\\\n\s*/ /gr) {
		push @{$u{$1}}, $2 if /^(\w+)=(.*)/;
	}
	return \%u;
}

# ExecStart as systemd hands it to the shell, and its environment.
sub command {
	my ($u) = @_;
	my ($cmd) = $u->{ExecStart}[0] =~ m{^/bin/sh -c '([^']*)'$} or die 'ExecStart';
	my %env = map { s/^"(.*)"$/$1/r =~ /^(\w+)=(.*)$/ ? ($1 => $2) : () } @{$u->{Environment}};

	return ($cmd =~ s/\$\$/\$/gr, %env);
}

SKIP: {
	skip 'no systemd-analyze', 4 unless have('systemd-analyze');
	my $r = sh('systemd-analyze', 'verify', '--man=no', map { Cwd::abs_path($_) } @unit);
	is($r->{status}, 0, 'systemd takes the units');
	is($r->{err}, '', 'without a word');
	my $bad = put("$dir/mxreport.service", slurp($unit[0]) =~ s/^ProtectSystem=strict/ProtectSystm=strict/mr);
	isnt(sh('systemd-analyze', 'verify', '--man=no', $bad)->{err}, '', 'and would have seen a mistake');
	is(sh('systemd-analyze', 'calendar', unit($unit[2])->{OnCalendar}[0])->{status}, 0, 'the timer has a time');
}

my ($report, $mail) = map { unit($_) } @unit[0, 1];
is($report->{OnSuccess}[0], 'mxreport-mail.service', 'one starts the other');
is($report->{ReadWritePaths}, undef, 'what reads evidence writes its own directory only');
is($report->{RestrictAddressFamilies}[0], 'none', 'and has no sockets');
for my $u ($report, $mail) {
	for (qw(DynamicUser=yes NoNewPrivileges=yes ProtectSystem=strict ProtectHome=yes PrivateNetwork=yes CapabilityBoundingSet=)) {
		my ($k, $v) = split /=/;
		is($u->{$k}[0], $v // '', $_);
	}
}

my $state = "$dir/state";
mkdir $state;
put("$dir/mail.log", $log);

sub make {
	my (%more) = @_;
	my ($cmd, %env) = command($report);

	return sh('sh', '-c', (delete $more{LIMIT} // '') . $cmd, { env => { %env, PATH => "$Mx::bin:$ENV{PATH}", STATE_DIRECTORY => $state,
	    LOGS => "$dir/mail.log*", PERIOD => '2026-09-01', %more } });
}

my %ok = map { $_ => 1 } 0, split ' ', $report->{SuccessExitStatus}[0];
my $r = make();
ok($ok{$r->{status}}, "a report: success, status $r->{status}") or diag($r->{err});
like(slurp("$state/report.eml"), qr/^Date: .*\nFrom: audit\@example\.org\n.*--\n\z/s, 'a message');
is(make(PERIOD => '2026-08-01', POLICY => 'rfc8996')->{status}, 2, 'cannot say: no evidence of that day');
ok($ok{2} && $ok{1}, 'is a success, as violations are');
my $before = slurp("$state/report.eml");
for my $c (['a mistake in the settings', PERIOD => 'nonsense'], ['no address', TO => ''], ['no mxreport', PATH => '/usr/bin:/bin']) {
	my ($what, @env) = @$c;
	my $f = make(@env);
	is($f->{status}, 3, "$what: no report, no success");
	ok(!$ok{$f->{status}}, "$what: a failure for systemd");
	is(slurp("$state/report.eml"), $before, "$what: the older report stays");
}
is(make(LIMIT => 'ulimit -f 8; ')->{status}, 3, 'no room');
cmp_ok(-s "$state/new", '>', 0, 'half of a report was written');
is(slurp("$state/report.eml"), $before, 'and is not taken for one');

# The cron line, with a sendmail that keeps what it is given.
my ($line) = slurp("$in/mxreport.cron") =~ /^17 6 \* \* 1 root (.*)$/m;
unlike($line, qr/%/, 'cron: no % that it would take for a newline');
mkdir "$dir/bin";
put("$dir/bin/sendmail", "#!/bin/sh\necho \"\$@\" >$dir/args\ncat >$dir/got\n");
chmod 0755, "$dir/bin/sendmail";
sh('sh', '-c', $line =~ s{/var/log/}{$dir/}gr =~ s/last-week/2026-09-01/r, { env => { PATH => "$dir/bin:$Mx::bin:$ENV{PATH}" } });
is(slurp("$dir/args"), "-t -oi\n", 'cron: sendmail is called');
like(slurp("$dir/got"), qr/^Date: .*--\n\z/s, 'cron: with a message');

# A real postdrop, with a queue of its own.
SKIP: {
	my $postdrop = getgrnam($mail->{SupplementaryGroups}[0]);
	my $postfix = getpwnam('postfix');
	skip 'needs root, Postfix and setpriv', 6 if $> != 0 || !have('setpriv') || !-x '/usr/sbin/postdrop' || !defined $postdrop || !defined $postfix;
	my ($q, $etc) = ("$dir/q", "$dir/etc");
	mkdir $_ for $q, $etc, "$dir/data", map { "$q/$_" } qw(maildrop public pid);
	chown $postfix, $postdrop, "$q/maildrop", "$q/public";
	chmod 01730, "$q/maildrop";
	chmod 02710, "$q/public";
	put("$etc/main.cf", "compatibility_level = 3.6\nqueue_directory = $q\ndata_directory = $dir/data\nmyhostname = mx.example.org\n");
	put("$etc/master.cf", '');
	is(join(' ', map { m{.*/(.*)} } split ' ', $mail->{ReadWritePaths}[0]), 'maildrop public', 'the unit names the directories that postdrop writes');
	my ($cmd, %env) = command($mail);
	chown 61999, 61999, $state, "$state/report.eml";
	my @as = ('setpriv', '--no-new-privs', '--bounding-set=-all', '--reuid', 61999, '--regid', 61999, '--groups', $mail->{SupplementaryGroups}[0], 'sh', '-c', $cmd, { env => { %env, STATE_DIRECTORY => $state, MAIL_CONFIG => $etc } });
	my $s = sh(@as);
	is($s->{status}, 0, 'postdrop takes the report') or diag($s->{err});
	my @file = glob "$q/maildrop/*";
	is(scalar @file, 1, 'a file in maildrop');
	my $e = sh('postcat', '-c', $etc, '-e', @file);
	like($e->{out}, qr/^recipient: audit\@example\.org$/m, 'for whom the header says');
	like($e->{out}, qr/^sender: audit\@example\.org$/m, 'from whom the unit says');
	isnt(sh(@as)->{status}, 0, 'it is not sent twice');
}

done_testing();
