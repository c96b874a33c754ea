#!/usr/bin/perl

# The layers of lib and src, read off their #include lines: each goes down,
# never up.  File names are unique, and what handles evidence bans the
# functions of base/banned.h.

use strict;
use warnings;
use Test::More;

my %may = (
	base	=> [qw(base)],
	io	=> [qw(io base)],
	fmt	=> [qw(fmt base)],
	rec	=> [qw(rec io base)],
	track	=> [qw(track rec fmt base)],
	source	=> [qw(source scan policy track rec io fmt base)],
	scan	=> [qw(scan io fmt base)],
	policy	=> [qw(policy track rec fmt base)],
	view	=> [qw(view policy track rec io base)],
	report	=> [qw(report view policy track rec io fmt base)],
);
$may{src} = [keys %may];
my %evidence = map { $_ => 1 } qw(fmt track rec scan policy report);

my (%at, @include, @unknown, @ban);
my @files = sort(glob('lib/*/*.[ch]'), glob('src/*.[ch]'));
for my $f (@files) {
	my ($layer, $name) = $f =~ m{^(?:lib/)?([^/]+)/([^/]+)\.[ch]$};
	my ($line, @mine) = (0);

	push @unknown, $f unless $may{$layer};
	push @{$at{$name}}, $f;
	open my $in, '<', $f or die "$f: $!\n";
	while (<$in>) {
		$line++;
		next unless /^\s*#\s*include\s*([<"])([^>"]*)/;
		push @mine, [$f, $line, $layer, $2, $1 eq '"'];
	}
	close $in;
	push @include, grep { $_->[4] } @mine;
	push @ban, $f if $evidence{$layer} && $f =~ /\.c$/ &&
	    (!@mine || $mine[-1][3] ne 'base/banned.h');
}
cmp_ok(scalar @files, '>', 20, 'lib and src are there');
is("@unknown", '', 'every folder is a layer');

my @up;
for my $i (@include) {
	my ($f, $line, $layer, $what) = @$i;
	my ($to) = $what =~ m{^(\w+)/\w+\.h$};

	if (!defined $to) {
		push @up, "$f:$line: \"$what\" is not LAYER/NAME.h";
	} elsif (!grep { $_ eq $to } @{$may{$layer} || []}) {
		push @up, "$f:$line: $layer may not include $what";
	} elsif (!-e "lib/$what") {
		push @up, "$f:$line: no lib/$what";
	}
}
is(join("\n", @up), '', 'includes go down the layers');

my @twice;
for my $name (sort keys %at) {
	my %dir = map { m{^(.*)/} ? ($1 => 1) : () } @{$at{$name}};
	push @twice, "@{$at{$name}}" if keys %dir > 1;
}
is(join("\n", @twice), '', 'file names are unique');

my @foreign = grep { !/\.c$/ } glob 'src/*';
is("@foreign", '', 'src holds nothing but tools');

my @first;
for my $f (grep { m{^lib/.*\.c$} } @files) {
	my ($own) = $f =~ m{^lib/(.*)\.c$};
	my ($i) = grep { $_->[0] eq $f } @include;

	next if !-e "lib/$own.h";
	push @first, "$f: its own header is not the first"
	    if !$i || $i->[3] ne "$own.h";
}
is(join("\n", @first), '', 'own header first');

is(join("\n", @ban), '', 'base/banned.h is the last include of what '
    . 'handles evidence');

# The ban works with both compilers, if they are there.
my $dir = $ENV{TMPDIR} || '/tmp';
my $c = "$dir/banned.$$.c";
for my $cc (qw(gcc clang)) {
	SKIP: {
		skip "no $cc", 3 if system "command -v $cc >/dev/null";
		for my $call ('strlen("a")', 'isdigit(1)', 'atoi("1")') {
			open my $o, '>', $c or die "$c: $!\n";
			print $o "#include <ctype.h>\n#include <stdlib.h>\n",
			    "#include <string.h>\n",
			    "#include \"base/banned.h\"\n",
			    "int f(void); int f(void) { return (int)$call; }\n";
			close $o;
			isnt(system("$cc -Ilib -fsyntax-only $c 2>/dev/null"),
			    0, "$cc refuses $call");
		}
	}
}
unlink $c;
done_testing();
