package io.bakstripe.api.audit;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One call. There is never a token, a password or a body in it.
 *
 * @param time when the call came in
 * @param login absent when its token was refused
 * @param address of the caller; with {@code forwarded-for}, as the proxy saw it
 * @param path of the address without its query
 * @param instance that the call was for; absent when it named none, or one that there is not
 * @param procedures that it called, in order, refused ones too
 * @param status of the answer; of a stream of events, of its beginning
 * @param code of the problem that it was answered with
 */
public record AuditLine(
        Instant time,
        Optional<String> login,
        String address,
        String method,
        String path,
        Optional<String> instance,
        List<String> procedures,
        int status,
        Optional<String> code) {
    public AuditLine {
        procedures = List.copyOf(procedures);
    }
}
