#!/bin/sh
# The house's shape: each .c opens with a comment, no line is wider than 80
# columns (tabs of eight), no function longer than 100 lines. A breach is told
# as TODO: it shows, and keeps nobody from building.
: "${WIREWATCH_SRCDIR:=.}"
cd "$WIREWATCH_SRCDIR" || exit 1

folders="lib text config feeds topics store alerts daemon cli"

without_comment() {
	for file in $(printf '%s/*.c ' $folders); do
		[ -f "$file" ] || continue
		head -n 1 "$file" | grep -q '^/\*' || echo "$file"
	done
}

# Bytes that continue a character of UTF-8 take no column. A line of text for
# people may be wider, and so may a table that a program wrote.
too_wide() {
	for folder in $folders; do
		for file in "$folder"/*.[ch]; do
			[ -f "$file" ] || continue
			head -n 12 "$file" | grep -q 'do not edit' && continue
			LC_ALL=C tr -d '\200-\277' <"$file" | expand -t 8 |
			    awk -v file="$file" 'length($0) > 80 &&
				!/^ *".*"[,;)]*$/ {
				print file ":" NR ": " length($0) " columns" }'
		done
	done
}

# From the name at the start of a line to the closing brace there.
too_long() {
	awk 'FNR == 1 { name = "" }
	    /^[a-z_][A-Za-z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name) }
	    /^{/ { start = FNR }
	    /^}/ && name != "" && start {
		if (FNR - start - 1 > 100)
			print FILENAME ":" start ": " name ": " FNR - start - 1 " lines"
		name = ""
		start = 0
	    }' $(printf '%s/*.c ' $folders)
}

report() { # number, sentence, findings
	if [ -z "$3" ]; then
		echo "ok $1 - $2"
		return
	fi
	echo "not ok $1 - $2 # TODO"
	echo "$3" | sed 's/^/# /'
}

echo 1..3
report 1 "each source file opens with a comment" "$(without_comment)"
report 2 "no line is wider than 80 columns" "$(too_wide)"
report 3 "no function is longer than 100 lines" "$(too_long)"
