#!/usr/bin/perl

# mxcarve: what lies behind damage inside a gzip member.  The text is what a
# real Postfix logged, packed by gzip; the truth is its lines.  Every line that
# is given behind damage is one of them and mxquote gives the same bytes; what
# is not known is left out and said; one wrong bit is found and all comes back;
# an image without damage and odd lines change nothing.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();
my $log = join '', map { slurp($_) } sort glob 'samples/lab/*.log';
my %true = map { $_ => 1 } split /\n/, $log;

sub gz {
	my ($how, $text) = @_;

	put("$dir/z", $text // $log);
	system("gzip -nf $how $dir/z") == 0 or die "gzip failed\n";
	return slurp("$dir/z.gz");
}

# What mxcarve gives of an image that holds these bytes at 8192, and the bytes
# that mxquote gives for it.
sub carve {
	my ($gz) = @_;

	put("$dir/disk.img", "\0" x 8192 . $gz . "\0" x 8192);
	my $r = run('mxcarve', '-y', 2026, '-z', 'UTC', "$dir/disk.img");
	my @e = grep { $_->{type} eq 'event' } decoded($r->{out});
	my $q = run('mxquote', '--root', $dir, '-', { in => $r->{out} });
	return { %$r, events => \@e, quoted => [split /\n/, $q->{out}], quote => $q };
}

# None but true lines behind damage, and of high confidence anywhere.
sub check {
	my ($r, $name) = @_;
	my %part = map { $_->{src} => 1 } @{$r->{events}};
	my $behind = grep { $_->{src} =~ /-DEFLATE$/ } @{$r->{events}};
	my $n = 0;

	is($r->{quote}{status}, 0, "$name: mxquote finds all of it");
	for my $e (@{$r->{events}}) {
		my $line = $r->{quoted}[$n++];

		$part{$e->{src}}++ if !$true{$line // ''} && ($e->{src} =~ /-DEFLATE$/ || $e->{confidence} eq 'high');
	}
	is(join(' ', grep { $part{$_} > 1 } sort keys %part), '', "$name: no line is made up");
	note("$name: $behind lines behind it of " . @{$r->{events}});
	return $behind;
}

for my $how (qw(-1 -6 -9)) {
	my $whole = gz($how);

	for my $d (['64 wiped bytes', "\0" x 64], ['256 bytes of something else', join '', map { chr(($_ * 167 + 31 * int($_ / 7)) % 256) } 1 .. 256]) {
		my ($name, $bytes) = @$d;
		my $gz = $whole;

		next if $how ne '-6' && length $bytes > 64;
		substr($gz, int(length($gz) * 0.7), length $bytes) = $bytes;
		my $r = carve($gz);
		my $behind = check($r, "gzip $how, $name");
		cmp_ok($behind, '>', 10, "gzip $how, $name: lines behind it");
		like($r->{err}, qr/\@8192-GZIP: damaged at offset \d+: \d+ compressed bytes skipped, \d+ bytes of text lost\n/,
		    "gzip $how, $name: it is said where");
		my @odd = grep { $_->{src} =~ /-DEFLATE$/ && $_->{confidence} eq 'high' } @{$r->{events}};
		is(scalar(@odd), 0, "gzip $how, $name: none of high confidence");
	}
}

subtest 'one bit' => sub {
	my $text = join '', map { slurp("samples/lab/$_.log") } qw(burst rules out-reuse out-failures);
	my $gz = gz('-6', $text);
	my $at = int(length($gz) * 0.8);
	my $found = 0;

	for my $bit (1, 4) {
		my $bad = $gz;

		substr($bad, $at, 1) ^= chr(1 << $bit);
		my $r = carve($bad);
		check($r, "bit $bit");
		my $src = "$dir/disk.img\@8192-GZIP\@" . (8192 + $at) . ".$bit-BITFLIP";
		next unless $r->{events}[0]{src} eq $src;
		$found++;
		like($r->{err}, qr/bit $bit of the byte at offset @{[8192 + $at]} is wrong/, 'it is said which');
		my %seen = map { $_ => 1 } @{$r->{quoted}};
		my @lost = grep { /postfix.*\[\d+\]: / && !$seen{$_} } split /\n/, $text;
		is(scalar(@lost), 0, 'every line comes back');
	}
	cmp_ok($found, '>', 0, 'it is found');
};

subtest 'what readers say of it' => sub {
	my $gz = gz('-6');
	my %bad = ('may find lines behind it' => $gz, 'tells more' => $gz);

	substr($bad{'may find lines behind it'}, 2000, 20000) = join '', map { chr(($_ * 211 + 13 * int($_ / 5)) % 256) } 1 .. 20000;
	substr($bad{'tells more'}, -8, 1) ^= "\1";
	for my $what (sort keys %bad) {
		my $file = put("$dir/mail.log.gz", $bad{$what});
		my $r = run('mxlog', '-y', 2026, '-z', 'UTC', $file);
		my $c = run('mxcarve', '-q', '-y', 2026, '-z', 'UTC', $file);
		my $t = run('mxtrace', '-q', '-', { in => $c->{out} });

		is($r->{status}, 2, "$what: status");
		like($r->{err}, qr/mail\.log\.gz.*: offset \d+: .*gzip.*: .*mxcarve \Q$what\E\n/, "$what: the way on is named");
		like($t->{out}, qr/^\{"type":"delivery"/m, "$what: and mxtrace takes it");
	}
	my $r = run('mxlog', '-y', 2026, '-z', 'UTC', put("$dir/cut.gz", substr $gz, 0, 40000));
	like($r->{err}, qr/gzip data is cut off\n/, 'where nothing follows there is no way on');
};

subtest 'blocks that copy nothing from before' => sub {
	# As pigz -i and loggers that flush do: each member's text in blocks of its own.
	plan skip_all => 'no Compress::Raw::Zlib' unless eval { require Compress::Raw::Zlib; 1 };
	my ($d, $status) = Compress::Raw::Zlib::Deflate->new(-WindowBits => 31, -AppendOutput => 1);
	my $gz = '';

	for my $part ($log =~ /(.{60000}|.+)/gs) {
		$d->deflate($part, $gz);
		$d->flush($gz, Compress::Raw::Zlib::Z_FULL_FLUSH());
	}
	$d->flush($gz);
	my $bad = $gz;
	substr($bad, int(length($gz) * 0.3), 6000) = join '', map { chr(($_ * 89 + 7 * int($_ / 11)) % 256) } 1 .. 6000;
	my $r = carve($bad);
	my $behind = check($r, 'flushed');
	cmp_ok($behind, '>', 900, 'lines behind it');
};

subtest 'cut off, and nothing behind it' => sub {
	my $gz = substr gz('-6'), 0, 40000;
	my $r = carve($gz . join '', map { chr(($_ * 211 + 13 * int($_ / 5)) % 256) } 1 .. 30000);

	check($r, 'cut off');
	cmp_ok(scalar(@{$r->{events}}), '>', 1500, 'lines before it');
};

# Zero bits decode to copies of the text before them, without end.
for my $pad (3_000_000, 30_000_000) {
	my $r = carve(substr(gz('-6'), 0, 40000) . "\0" x $pad);
	my @q = @{$r->{quoted}};

	check($r, "cut off, $pad zeroes");
	cmp_ok(scalar(@q), '>', 1500, "cut off, $pad zeroes: lines before them");
	is(scalar(grep { !$true{$_} } @q), 0, "cut off, $pad zeroes: none is made up");
	unlike($r->{err}, qr/too much work/, "cut off, $pad zeroes: it took little work");
}

subtest 'in two pieces, with a directory and zeroes between' => sub {
	# The decoder falls into step in the zeroes at the end of the directory.
	my $gz = gz('-6');
	my $dir = join '', map { pack 'VvCCa4', 32768 + $_, 12, length, 1, $_ } 1 .. 29;
	my $defer = join '', map { "\n<u$_\@example.net>: x\nrecipient=u$_\@example.net\noffset=67$_\nstatus=4.4.1\naction=delayed\nreason=x\n\n" } 1 .. 3;
	my $r = carve(substr($gz, 0, 10240) . pack('a1024', $dir) . "\0" x 200_000 . "\0" x 352 . $defer . "\0" x 4096 . substr $gz, 10240);

	is(scalar(grep { !$true{$_} && /postfix/ } @{$r->{quoted}}), 0, 'no line is made up');
	my ($f) = grep { ($_->{format} // '') eq 'bounce-log' } decoded($r->{out});
	is($f && $f->{len}, length $defer, 'what lies behind it is found');
};

subtest 'zeroes that are data' => sub {
	# As in an archive with the image of a disk.
	my $r = carve(gz('-6', $log . "\0" x 40_000_000 . "\n" . $log));

	is(scalar(grep { $_->{confidence} ne 'high' && $_->{off} > 40_000_000 } @{$r->{events}}), 0, 'nothing is in doubt');
	cmp_ok(scalar(@{$r->{events}}), '>', 5000, 'all lines');
	like($r->{out}, qr/"damaged":"(?!damaged)|\A(?!.*"damaged":"damaged")/s, 'no damage');
};

done_testing;
