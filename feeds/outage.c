/*
 * Tells an outage here from feeds that are down. Fewer feeds than the bound
 * have none: so few events drown nobody.
 */
#include "feeds/outage.h"

enum outage_change
outage_note(struct outage *outage, bool has_answered, bool is_first_failure)
{
	bool was_out = outage->is_out;

	if (has_answered) {
		outage->failed = 0;
		outage->is_out = false;
		return was_out ? OUTAGE_ENDED : OUTAGE_SAME;
	}
	if (is_first_failure && !was_out)
		outage->failed++;
	outage->is_out = outage->failed >= OUTAGE_FEEDS;
	return outage->is_out && !was_out ? OUTAGE_BEGAN : OUTAGE_SAME;
}
