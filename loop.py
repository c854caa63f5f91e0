import subprocess,os,struct,collections,sys,time
H='/tmp/hF/build/release/hillock'
res=collections.defaultdict(list)
N=struct.unpack('q',open('n','rb').read())[0]
step=int(sys.argv[1]); once=len(sys.argv)>2
for n in range(1,N+1,step):
    for f in('x.h5','x.h5.partial'):
        if os.path.exists(f): os.unlink(f)
    open('k','wb').write(bytes(8))
    env={**os.environ,'LD_PRELOAD':'/tmp/hF-m/mem.so','MEMORY_COUNT':'k','MEMORY_AT':str(n)}
    if once: env['MEMORY_ONCE']='1'
    try: d=subprocess.run([H,'run','c.yaml','--out','x.h5','--quiet'],env=env,capture_output=True,text=True,timeout=20); rc=d.returncode; err=d.stderr
    except subprocess.TimeoutExpired: rc='hang'; err=''
    left=[f for f in('x.h5','x.h5.partial') if os.path.exists(f)]
    if left==['x.h5.partial']:
        left.append(subprocess.run([H,'info','x.h5.partial'],capture_output=True,text=True).returncode)
    res[(rc,err,d.stdout,tuple(left))].append(n)
for k,v in res.items(): print(k,len(v),v[:6],v[-2:])
