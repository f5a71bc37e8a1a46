package io.bakstripe.sandbox.kms;

import com.sun.net.httpserver.Headers;
import io.bakstripe.sandbox.signature.Signature;
import io.bakstripe.sandbox.sts.Caller;
import io.bakstripe.sandbox.sts.RoleKeys;
import java.util.Optional;

/**
 * Who may call: whoever signs with the sandbox's own keys, or with those of the role while they are good.
 *
 * @param role keys that were given out by the token service
 */
record Users(Caller own, RoleKeys role) {

    /** The ARN of whoever signed a request; refuses what nobody known has signed. */
    String of(Headers headers, byte[] body) throws KeyRefusal {
        String header = Optional.ofNullable(headers.getFirst("Authorization"))
                .orElseThrow(() -> new KeyRefusal(
                        "MissingAuthenticationTokenException", "Request is missing Authentication Token"));
        Signature said = Signature.read(header)
                .filter(signature -> signature.isFor("kms"))
                .orElseThrow(() ->
                        new KeyRefusal("IncompleteSignatureException", "The Authorization header is not understood."));
        if (said.accessKey().equals(own.accessKey())) {
            require(said.isBy(own.secretKey(), headers, body));
            return Caller.ARN;
        }
        RoleKeys.Issued keys = role.find(said.accessKey()).orElseThrow(Users::unknown);
        require(said.isBy(keys.secretKey(), headers, body));
        if (!keys.token().equals(headers.getFirst("X-Amz-Security-Token"))) {
            throw unknown();
        }
        if (role.hasExpired(keys)) {
            throw new KeyRefusal("ExpiredTokenException", "The security token included in the request is expired");
        }
        return keys.userArn();
    }

    private static void require(boolean signed) throws KeyRefusal {
        if (!signed) {
            throw new KeyRefusal(
                    "InvalidSignatureException",
                    "The request signature we calculated does not match the signature you provided.");
        }
    }

    private static KeyRefusal unknown() {
        return new KeyRefusal("UnrecognizedClientException", "The security token included in the request is invalid.");
    }
}
