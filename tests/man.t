#!/bin/sh
# The manual pages are clean mdoc.
: "${WIREWATCH_SRCDIR:=.}"
cd "$WIREWATCH_SRCDIR" || exit 1
if ! command -v mandoc >/dev/null 2>&1; then
	echo "1..0 # SKIP mandoc is not installed"
	exit 0
fi
set -- man/*.[1-8]
echo "1..$#"
i=0
for page; do
	i=$((i + 1))
	if found=$(mandoc -T lint -W warning "$page" 2>&1); then
		echo "ok $i - $page"
	else
		echo "not ok $i - $page"
		echo "$found" | sed 's/^/# /'
	fi
done
