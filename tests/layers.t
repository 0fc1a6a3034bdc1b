#!/bin/sh
# Includes point left only: lib, text, config, feeds, topics, store, alerts,
# daemon and cli. Noun headers hold data and may be included by anyone.
: "${WIREWATCH_SRCDIR:=.}"
cd "$WIREWATCH_SRCDIR" || exit 1

layers="lib text config feeds topics store alerts daemon cli"
nouns="feeds/feed.h feeds/item.h topics/topic.h alerts/event.h"

rank() {
	n=0
	for layer in $layers; do
		n=$((n + 1))
		[ "$layer" = "$1" ] && { echo $n; return; }
	done
}

breaches() { # folder
	mine=$(rank "$1")
	grep -Hno '^#include "[a-z]*/[a-z_]*\.h"' "$1"/*.c "$1"/*.h |
	while IFS=: read -r file line include; do
		header=${include#*\"}
		header=${header%\"}
		case " $nouns " in *" $header "*) continue ;; esac
		theirs=$(rank "${header%%/*}")
		if [ -z "$theirs" ] || [ "$theirs" -gt "$mine" ]; then
			echo "# $file:$line includes $header"
		fi
	done
}

store_users() {
	grep -l 'store_submit(' ./*/*.c | grep -v '^./tests/' |
	    grep -v -e '^./store/' -e '^./daemon/pipeline[a-z_]*.c$' \
	        -e '^./alerts/outbox[a-z_]*.c$' | sed 's/^/# /'
}

echo 1..10
i=0
for folder in $layers; do
	i=$((i + 1))
	found=$(breaches "$folder")
	if [ -z "$found" ]; then
		echo "ok $i - $folder includes only its left"
	else
		echo "not ok $i - $folder includes only its left"
		echo "$found"
	fi
done
found=$(store_users)
if [ -z "$found" ]; then
	echo "ok 10 - only the pipeline and the outbox ask the store"
else
	echo "not ok 10 - only the pipeline and the outbox ask the store"
	echo "$found"
fi
