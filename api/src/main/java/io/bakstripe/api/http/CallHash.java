package io.bakstripe.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.protocol.message.RequestKey;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What makes two calls with an {@code Idempotency-Key} the same one. */
final class CallHash {
    private CallHash() {}

    /** @param call all that the call asks for; the spelling of which makes no other call is to be left out */
    static Optional<RequestKey> key(Optional<String> given, List<?> call) {
        return given.map(text -> new RequestKey(text, of(call)));
    }

    private static String of(List<?> call) {
        try {
            byte[] text = ApiJson.strict().writeValueAsBytes(call);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (JsonProcessingException failed) {
            throw new UncheckedIOException(failed);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
