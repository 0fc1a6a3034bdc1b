#include "alerts/outbox.h"
