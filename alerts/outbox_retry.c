/*
 * When the next attempt may be made. Standard Webhooks' schedule, so that a
 * receiver may be down for three days; decided from attempts, age and chance
 * alone.
 */
#include "alerts/outbox_private.h"

#define SECOND_MS 1000LL
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)

static const int64_t outbox_delays_ms[OUTBOX_RETRIES] = {
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
};

/* The share of a delay that jitter may take away or add. */
static int64_t
outbox_retry_jitter(int64_t delay_ms)
{
	return delay_ms * OUTBOX_JITTER_PERCENT / 100;
}

/* How many delays must have passed at that age, at the least: 0 to RETRIES. */
static int
outbox_retry_steps(int64_t age_ms)
{
	int64_t shortest = 0;
	int i;

	for (i = 0; i < OUTBOX_RETRIES; i++) {
		shortest += outbox_delays_ms[i] -
			    outbox_retry_jitter(outbox_delays_ms[i]);
		if (age_ms < shortest)
			break;
	}
	return i;
}

int64_t
outbox_retry_pause_ms(int64_t retry_after_ms)
{
	if (retry_after_ms <= 0)
		return 0;
	if (retry_after_ms < OUTBOX_RETRY_AFTER_MIN_MS)
		return OUTBOX_RETRY_AFTER_MIN_MS;
	if (retry_after_ms > OUTBOX_RETRY_AFTER_MAX_MS)
		return OUTBOX_RETRY_AFTER_MAX_MS;
	return retry_after_ms;
}

int64_t
outbox_retry_delay_ms(const struct outbox_retry *retry)
{
	int step = outbox_retry_steps(retry->age_ms);
	int64_t delay, jitter;

	if (retry->attempts <= step)
		step = retry->attempts > 0 ? retry->attempts - 1 : 0;
	if (step >= OUTBOX_RETRIES)
		return -1;
	delay = outbox_retry_pause_ms(retry->retry_after_ms);
	if (delay > 0) {
		/* never sooner than asked, and not all at once */
		jitter = outbox_retry_jitter(delay);
		return delay + retry->random % (uint32_t)(jitter + 1);
	}
	delay = outbox_delays_ms[step];
	jitter = outbox_retry_jitter(delay);
	return delay - jitter + retry->random % (uint32_t)(2 * jitter + 1);
}

static double
outbox_rate_burst(const struct outbox_rate *rate)
{
	return rate->per_s > 1 ? rate->per_s : 1;
}

void
outbox_rate_init(struct outbox_rate *rate, double per_s, int64_t now_ms)
{
	rate->per_s = per_s;
	rate->tokens = outbox_rate_burst(rate);
	rate->at_ms = now_ms;
}

int64_t
outbox_rate_wait_ms(struct outbox_rate *rate, int64_t now_ms)
{
	double missing;

	if (rate->per_s <= 0)
		return 0;
	if (now_ms > rate->at_ms) {
		rate->tokens +=
		    (double)(now_ms - rate->at_ms) * rate->per_s / 1000;
		if (rate->tokens > outbox_rate_burst(rate))
			rate->tokens = outbox_rate_burst(rate);
		rate->at_ms = now_ms;
	}
	if (rate->tokens >= 1)
		return 0;
	missing = 1 - rate->tokens;
	return (int64_t)(missing * 1000 / rate->per_s) + 1;
}

void
outbox_rate_take(struct outbox_rate *rate)
{
	if (rate->per_s > 0)
		rate->tokens -= 1;
}
