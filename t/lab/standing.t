#!/usr/bin/perl

# A log and a queue made anew by t/lab/standing, and t/qtrace.t on them.
# Skipped without root or Postfix.

use strict;
use warnings;
use File::Temp;
use Test::More;

plan skip_all => 'needs root' if $> != 0;
plan skip_all => 'needs Postfix' if !-x '/usr/sbin/postfix' || !-x '/usr/sbin/smtp-sink';
plan skip_all => 'needs IO::Socket::SSL' if !eval { require IO::Socket::SSL };

my $dir = File::Temp::tempdir('standing.XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir;	# Postfix runs as another user
is(system('t/lab/standing', $dir), 0, 't/lab/standing');
$ENV{STANDING} = $dir;
is(system("perl t/qtrace.t >$dir/out 2>&1"), 0, 't/qtrace.t on what it has made')
    or diag(`grep -A6 '^not ok\\|^#' $dir/out | head -80`);
done_testing();
