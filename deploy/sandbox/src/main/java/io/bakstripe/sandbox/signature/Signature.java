package io.bakstripe.sandbox.signature;

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
 * What a request's {@code Authorization} header says, by signature version 4.
 *
 * @param accessKey whose keys are said to have been used
 * @param scope day, region, service and {@code aws4_request}
 * @param signedHeaders their names, between semicolons
 * @param value 64 hexadecimal digits
 */
public record Signature(String accessKey, String scope, String signedHeaders, String value) {
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8}/[^/]+/[^/]+/aws4_request), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})");

    /** Reads the value of the header; empty when it is not understood. */
    public static Optional<Signature> read(String authorization) {
        Matcher said = AUTHORIZATION.matcher(authorization);
        return said.matches()
                ? Optional.of(new Signature(said.group(1), said.group(2), said.group(3), said.group(4)))
                : Optional.empty();
    }

    /** Whether it was made for this service, {@code sts} for example. */
    public boolean isFor(String service) {
        return scope.split("/")[2].equals(service);
    }

    /** Whether a {@code POST /} with these headers and this body was signed with this secret key. */
    public boolean isBy(String secretKey, Headers headers, byte[] body) {
        return MessageDigest.isEqual(bytes(expected(secretKey, headers, body)), bytes(value));
    }

    private String expected(String secretKey, Headers headers, byte[] body) {
        String canonical = "POST\n/\n\n"
                + Arrays.stream(signedHeaders.split(";"))
                        .map(name -> name + ":" + header(headers, name) + "\n")
                        .collect(Collectors.joining())
                + "\n" + signedHeaders + "\n" + sha256(body);
        String toSign =
                "AWS4-HMAC-SHA256\n" + header(headers, "x-amz-date") + "\n" + scope + "\n" + sha256(bytes(canonical));
        byte[] key = bytes("AWS4" + secretKey);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        return HexFormat.of().formatHex(hmac(key, toSign));
    }

    private static String header(Headers headers, String name) {
        return Optional.ofNullable(headers.get(name)).orElse(List.of()).stream()
                .map(text -> text.strip().replaceAll(" +", " "))
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
}
