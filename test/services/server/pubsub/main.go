// A Pub/Sub server in memory, of the fake that Google's own Go client is tested with, and beside it
// the policies of its topics, which that fake does not have.
package main

import (
	"context"
	"os"
	"strconv"
	"sync"

	"cloud.google.com/go/iam/apiv1/iampb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Policies as IAM keeps them: one that was read before another's change is refused.
type policies struct {
	iampb.UnimplementedIAMPolicyServer
	mutex sync.Mutex
	all   map[string]*iampb.Policy
	count int
}

func (p *policies) GetIamPolicy(_ context.Context, in *iampb.GetIamPolicyRequest) (*iampb.Policy, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if policy, ok := p.all[in.Resource]; ok {
		return policy, nil
	}
	return &iampb.Policy{Etag: []byte("0")}, nil
}

func (p *policies) SetIamPolicy(_ context.Context, in *iampb.SetIamPolicyRequest) (*iampb.Policy, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	etag := "0"
	if policy, ok := p.all[in.Resource]; ok {
		etag = string(policy.Etag)
	}
	if len(in.Policy.Etag) > 0 && string(in.Policy.Etag) != etag {
		return nil, status.Error(codes.Aborted, "there were concurrent policy changes")
	}
	p.count++
	in.Policy.Etag = []byte(strconv.Itoa(p.count))
	p.all[in.Resource] = in.Policy
	return in.Policy, nil
}

func main() {
	port, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	pstest.NewServerWithCallback(port, func(server *grpc.Server) {
		iampb.RegisterIAMPolicyServer(server, &policies{all: map[string]*iampb.Policy{}})
	})
	select {}
}
