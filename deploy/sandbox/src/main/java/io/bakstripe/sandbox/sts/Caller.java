package io.bakstripe.sandbox.sts;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Who may ask for keys: whoever signs a request, by signature version 4, with these keys.
 *
 * @param secretKey masked in {@link #toString()}
 */
public record Caller(String accessKey, String secretKey) {
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8}/[^/]+/sts/aws4_request), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})");

    /** Refuses a {@code POST /} that somebody else has signed, or nobody. */
    void require(Headers headers, byte[] body) throws Refusal {
        String header = Optional.ofNullable(headers.getFirst("Authorization"))
                .orElseThrow(() ->
                        new Refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token"));
        Matcher said = AUTHORIZATION.matcher(header);
        if (!said.matches()) {
            throw new Refusal(400, "IncompleteSignature", "The Authorization header is not understood.");
        }
        if (!said.group(1).equals(accessKey)) {
            throw new Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
        }
        String expected = signature(said.group(2), said.group(3), headers, body);
        if (!MessageDigest.isEqual(bytes(expected), bytes(said.group(4)))) {
            throw new Refusal(
                    403,
                    "SignatureDoesNotMatch",
                    "The request signature we calculated does not match the signature you provided.");
        }
    }

    private String signature(String scope, String signedHeaders, Headers headers, byte[] body) {
        String canonical = "POST\n/\n\n"
                + Arrays.stream(signedHeaders.split(";"))
                        .map(name -> name + ":" + value(headers, name) + "\n")
                        .collect(Collectors.joining())
                + "\n" + signedHeaders + "\n" + sha256(body);
        String toSign =
                "AWS4-HMAC-SHA256\n" + value(headers, "x-amz-date") + "\n" + scope + "\n" + sha256(bytes(canonical));
        byte[] key = bytes("AWS4" + secretKey);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        return HexFormat.of().formatHex(hmac(key, toSign));
    }

    private static String value(Headers headers, String name) {
        return Optional.ofNullable(headers.get(name)).orElse(List.of()).stream()
                .map(value -> value.strip().replaceAll(" +", " "))
                .collect(Collectors.joining(","));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(bytes(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "Caller[" + accessKey + "]";
    }
}
