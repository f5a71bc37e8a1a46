package io.bakstripe.sandbox.sts;

import com.sun.net.httpserver.Headers;
import io.bakstripe.sandbox.signature.Signature;
import java.util.Optional;

/**
 * Who may ask for keys: whoever signs a request, by signature version 4, with these keys.
 *
 * @param secretKey masked in {@link #toString()}
 */
public record Caller(String accessKey, String secretKey) {
    /** The user that these keys belong to. */
    public static final String ARN = "arn:aws:iam::123456789012:user/sandbox";

    /** Refuses a {@code POST /} that somebody else has signed, or nobody. */
    void require(Headers headers, byte[] body) throws Refusal {
        String header = Optional.ofNullable(headers.getFirst("Authorization"))
                .orElseThrow(() ->
                        new Refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token"));
        Signature said = Signature.read(header)
                .filter(signature -> signature.isFor("sts"))
                .orElseThrow(
                        () -> new Refusal(400, "IncompleteSignature", "The Authorization header is not understood."));
        if (!said.accessKey().equals(accessKey)) {
            throw new Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
        }
        if (!said.isBy(secretKey, headers, body)) {
            throw new Refusal(
                    403,
                    "SignatureDoesNotMatch",
                    "The request signature we calculated does not match the signature you provided.");
        }
    }

    @Override
    public String toString() {
        return "Caller[" + accessKey + "]";
    }
}
