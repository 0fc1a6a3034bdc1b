#include "topics/topic.h"
