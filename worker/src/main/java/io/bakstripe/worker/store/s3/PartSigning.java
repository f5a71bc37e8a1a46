package io.bakstripe.worker.store.s3;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/**
 * Signature version 4 that leaves the bytes of a part out when a signed header has their checksum already. Over https the SDK does so by itself; over
 * http it would take the SHA-256 of every part, which costs more than anything else that is done to it but compression, and the store would do the
 * same again.
 */
final class PartSigning implements AuthScheme<AwsCredentialsIdentity> {
    private final HttpSigner<AwsCredentialsIdentity> signer = new Signer(AwsV4HttpSigner.create());

    @Override
    public String schemeId() {
        return AwsV4AuthScheme.SCHEME_ID;
    }

    @Override
    public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
        return providers.identityProvider(AwsCredentialsIdentity.class);
    }

    @Override
    public HttpSigner<AwsCredentialsIdentity> signer() {
        return signer;
    }

    private record Signer(AwsV4HttpSigner delegate) implements HttpSigner<AwsCredentialsIdentity> {
        @Override
        public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
            return delegate.sign(request);
        }

        @Override
        public CompletableFuture<AsyncSignedRequest> signAsync(
                AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
            return request.payload()
                    .filter(body -> hasChecksum(request.request()))
                    .map(body -> signWithout(request, body))
                    .orElseGet(() -> delegate.signAsync(request));
        }

        private CompletableFuture<AsyncSignedRequest> signWithout(
                AsyncSignRequest<? extends AwsCredentialsIdentity> request, Publisher<ByteBuffer> body) {
            AsyncSignRequest<? extends AwsCredentialsIdentity> bare = request.toBuilder()
                    .payload(null)
                    .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                    .build();
            return delegate.signAsync(bare)
                    .thenApply(signed -> signed.toBuilder().payload(body).build());
        }

        private static boolean hasChecksum(SdkHttpRequest request) {
            return request.method() == SdkHttpMethod.PUT
                    && (request.firstMatchingHeader("x-amz-checksum-crc32c").isPresent()
                            || request.firstMatchingHeader("Content-MD5").isPresent());
        }
    }
}
