package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.optionalHeaderValueByName;

import akka.http.javadsl.server.Route;
import io.bakstripe.protocol.error.BackupError;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The {@code Idempotency-Key} header: 1 to 200 visible ASCII characters. */
final class IdempotencyKeys {
    private static final String HEADER = "Idempotency-Key";
    private static final Pattern VALID = Pattern.compile("[!-~]{1,200}");

    private IdempotencyKeys() {}

    static Route read(Function<Optional<String>, Route> inner) {
        return optionalHeaderValueByName(HEADER, given -> {
            if (given.isPresent() && !VALID.matcher(given.get()).matches()) {
                throw BackupError.HEADER_MALFORMED
                        .problem(HEADER, "1 to 200 visible ASCII characters")
                        .asException();
            }
            return inner.apply(given);
        });
    }
}
