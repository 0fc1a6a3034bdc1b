/*
 * The file of certificate authorities. One file and no directory: with a
 * directory set curl cannot keep the parsed store and reads it again for each
 * connection.
 */
#include <curl/curl.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/http_private.h"

static const char *const http_ca_files[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

static const char *
http_ca_of_system(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	size_t i;

	if (info->age >= CURLVERSION_SEVENTH && info->cainfo &&
	    access(info->cainfo, R_OK) == 0)
		return info->cainfo;
	for (i = 0; i < sizeof(http_ca_files) / sizeof(http_ca_files[0]); i++) {
		if (access(http_ca_files[i], R_OK) == 0)
			return http_ca_files[i];
	}
	return NULL;
}

char *
http_ca_find(const char *wanted, struct log *log, struct err *err)
{
	const char *path = wanted ? wanted : http_ca_of_system();

	if (!path) {
		/* plain HTTP works; each https URL will say what is missing */
		log_warn(log,
		    "no file of certificate authorities found "
		    "(%s, ...): https will fail; name one with ca-file",
		    http_ca_files[0]);
		return xstrdup(http_ca_files[0]);
	}
	if (access(path, R_OK) == -1) {
		err_errno(err,
		    "%s: the authorities' certificates cannot be read",
		    path);
		return NULL;
	}
	return xstrdup(path);
}
